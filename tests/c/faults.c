/*
 * Everything that a C program can do wrong with Callpop, done: every function with NULL, with handles
 * that are wrong or destroyed, with damaged texts and structs, and from eight threads at once. It ends
 * with 0 if each was told and nothing was lost.
 *
 *   faults HOME PLUGINS WORKER ADAPTER ADDRESS
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <callpop.h>

static int failures = 0;

#define EXPECT(status, call)                                                                       \
    do {                                                                                           \
        callpop_status came = (call);                                                              \
        if (came != (status)) {                                                                    \
            printf("line %d: %s is %d (%s)\n", __LINE__, #call, (int)came,                         \
                   callpop_error_borrow_message());                                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

#define EXPECT_TRUE(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: not so: %s\n", __LINE__, #condition);                                 \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static callpop_options options;
static const char *plugins[1];
static const char *adapter;
static const char *address;

static callpop_contact a_contact(void) {
    callpop_contact contact = {.size = sizeof contact};
    contact.id = "7";
    contact.name = "Jo Doe";
    contact.phone = "+12025550123";
    contact.adapter = adapter;
    return contact;
}

static callpop_event an_event(const char *call_id) {
    callpop_event event = {.size = sizeof event};
    event.call_id = call_id;
    event.from = "+12025550123";
    return event;
}

static callpop_log a_log(void) {
    callpop_log log = {.size = sizeof log};
    log.log_id = "42";
    log.contact_id = "7";
    return log;
}

/* Every function that takes a host, with this one, which is none. */
static void every_function(callpop_host *host, callpop_status status) {
    /* What stood there before is not taken for a result. */
    callpop_text *text = (callpop_text *)&failures;
    callpop_event event = an_event("call-1");
    callpop_contact contact = a_contact();
    callpop_log log = a_log();
    callpop_pair pair = {"callPop.several", "prompt"};
    int32_t opens = 77;

    EXPECT(status, callpop_call(host, "accounts", NULL, 0, &text));
    EXPECT_TRUE(text == NULL);
    EXPECT(status, callpop_take_notification(host, 0, &text));
    EXPECT(status, callpop_take_notification(host, CALLPOP_FOREVER, &text));
    EXPECT(status, callpop_adapters(host, &text));
    EXPECT(status, callpop_release_adapter(host, adapter, &text));
    EXPECT(status, callpop_watch(host));
    EXPECT(status, callpop_unwatch(host));
    EXPECT(status, callpop_connect(host, adapter, address, NULL, 0, &text));
    EXPECT(status, callpop_accounts(host, &text));
    EXPECT(status, callpop_settings(host, adapter, &text));
    EXPECT(status, callpop_change_settings(host, adapter, &pair, 1, &text));
    EXPECT(status, callpop_log_out(host, adapter, &text));
    EXPECT(status, callpop_call_event(host, &event, &text));
    EXPECT(status, callpop_choose(host, &event, adapter, &contact, &text));
    EXPECT(status, callpop_contact_created(host, &event, adapter, &contact, &text));
    EXPECT(status, callpop_open_contact_page(host, adapter, &contact, &text));
    EXPECT(status, callpop_open_log_page(host, adapter, &log, &contact, &text));
    EXPECT(status, callpop_log_menu(host, adapter, &log, &contact, &opens));
    EXPECT_TRUE(opens == CALLPOP_OPENS_NOTHING);
    EXPECT_TRUE(strlen(callpop_error_borrow_message()) > 0);
}

static void wrong_handles(callpop_host *host) {
    callpop_text *text = NULL;
    EXPECT(CALLPOP_OK, callpop_accounts(host, &text));

    every_function(NULL, CALLPOP_ERROR_NULL);
    /* An address of the program's own, small and large numbers, one between two handles, and a text. */
    every_function((callpop_host *)&failures, CALLPOP_ERROR_HANDLE);
    every_function((callpop_host *)1, CALLPOP_ERROR_HANDLE);
    every_function((callpop_host *)SIZE_MAX, CALLPOP_ERROR_HANDLE);
    every_function((callpop_host *)((char *)host + 1), CALLPOP_ERROR_HANDLE);
    every_function((callpop_host *)text, CALLPOP_ERROR_HANDLE);
    EXPECT(CALLPOP_ERROR_HANDLE, callpop_host_destroy((callpop_host *)&failures));
    EXPECT(CALLPOP_ERROR_HANDLE, callpop_host_destroy((callpop_host *)text));
    EXPECT(CALLPOP_OK, callpop_host_destroy(NULL));

    callpop_text *not_texts[] = {(callpop_text *)&failures, (callpop_text *)1, (callpop_text *)host};
    for (size_t index = 0; index < 3; index++) {
        callpop_text *member = NULL;
        EXPECT_TRUE(callpop_text_borrow_chars(not_texts[index]) == NULL);
        EXPECT_TRUE(callpop_text_length(not_texts[index]) == 0);
        EXPECT(CALLPOP_ERROR_HANDLE, callpop_text_create_member(not_texts[index], "/x", &member));
        EXPECT(CALLPOP_ERROR_HANDLE, callpop_text_destroy(not_texts[index]));
    }
    EXPECT_TRUE(callpop_text_borrow_chars(NULL) == NULL);
    EXPECT_TRUE(callpop_text_length(NULL) == 0);
    EXPECT(CALLPOP_ERROR_NULL, callpop_text_create_member(NULL, "/x", NULL));
    EXPECT(CALLPOP_OK, callpop_text_destroy(NULL));

    /* The text is still there, since none of this was meant for it; then it is destroyed twice. */
    EXPECT_TRUE(strcmp(callpop_text_borrow_chars(text),
                       "{\"accounts\":[],\"order\":[],\"pop\":\"all\"}") == 0);
    EXPECT(CALLPOP_ERROR_NULL, callpop_text_create_member(text, NULL, NULL));
    EXPECT(CALLPOP_NOTHING, callpop_text_create_member(text, "/accounts/0", NULL));
    EXPECT(CALLPOP_OK, callpop_text_destroy(text));
    EXPECT(CALLPOP_ERROR_HANDLE, callpop_text_destroy(text));
    EXPECT_TRUE(callpop_text_borrow_chars(text) == NULL);
}

/* Every other pointer, NULL. */
static void null_parameters(callpop_host *host) {
    callpop_event event = an_event("call-1");
    callpop_contact contact = a_contact();
    callpop_log log = a_log();

    EXPECT(CALLPOP_ERROR_NULL, callpop_host_create(&options, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_call(host, NULL, "{}", CALLPOP_UNTIL_NUL, NULL));
    EXPECT(CALLPOP_OK, callpop_call(host, "accounts", NULL, 0, NULL));
    EXPECT(CALLPOP_OK, callpop_call(host, "accounts", NULL, 7, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_release_adapter(host, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_connect(host, NULL, address, NULL, 0, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_connect(host, adapter, NULL, NULL, 0, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_connect(host, adapter, address, NULL, 1, NULL));
    callpop_pair nothing = {NULL, NULL};
    EXPECT(CALLPOP_ERROR_NULL, callpop_connect(host, adapter, address, &nothing, 1, NULL));
    callpop_pair no_value = {"name", NULL};
    EXPECT(CALLPOP_ERROR_NULL, callpop_connect(host, adapter, address, &no_value, 1, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_settings(host, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_change_settings(host, NULL, NULL, 0, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_change_settings(host, adapter, NULL, 1, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_change_settings(host, adapter, &nothing, 1, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_log_out(host, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_call_event(host, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_choose(host, NULL, adapter, &contact, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_choose(host, &event, NULL, &contact, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_choose(host, &event, adapter, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_contact_created(host, NULL, adapter, &contact, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_contact_created(host, &event, NULL, &contact, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_contact_created(host, &event, adapter, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_contact_page(host, NULL, &contact, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_contact_page(host, adapter, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_log_page(host, NULL, &log, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_log_page(host, adapter, NULL, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_log_menu(host, NULL, &log, NULL, NULL));
    EXPECT(CALLPOP_ERROR_NULL, callpop_log_menu(host, adapter, NULL, NULL, NULL));
    EXPECT(CALLPOP_OK, callpop_log_menu(host, adapter, &log, NULL, NULL));

    /* And members that are needed. */
    event.call_id = NULL;
    EXPECT(CALLPOP_ERROR_NULL, callpop_call_event(host, &event, NULL));
    event = an_event("call-1");
    event.contact_count = 1;
    EXPECT(CALLPOP_ERROR_NULL, callpop_call_event(host, &event, NULL));
    event.contacts = &contact;
    contact.adapter = NULL;
    EXPECT(CALLPOP_ERROR_NULL, callpop_call_event(host, &event, NULL));
    contact.id = NULL;
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_contact_page(host, adapter, &contact, NULL));
    log.log_id = NULL;
    EXPECT(CALLPOP_ERROR_NULL, callpop_open_log_page(host, adapter, &log, NULL, NULL));
}

static void damaged_values(callpop_host *host) {
    const char *broken = "\xff\xfe";
    callpop_event event = an_event(broken);
    callpop_contact contact = a_contact();
    callpop_log log = a_log();

    EXPECT(CALLPOP_ERROR_UTF8, callpop_call_event(host, &event, NULL));
    EXPECT(CALLPOP_ERROR_UTF8, callpop_connect(host, broken, address, NULL, 0, NULL));
    EXPECT(CALLPOP_ERROR_UTF8, callpop_call(host, "accounts", broken, 2, NULL));
    EXPECT(CALLPOP_ERROR_SIZE, callpop_call(host, "accounts", "{}", SIZE_MAX - 1, NULL));
    EXPECT(CALLPOP_ERROR_NO_METHOD, callpop_call(host, "noMethod", NULL, 0, NULL));
    EXPECT(CALLPOP_ERROR_INVALID_PARAMS, callpop_call(host, "accounts", "{\"x\":1}", 7, NULL));
    EXPECT(CALLPOP_ERROR_INVALID_PARAMS, callpop_call(host, "accounts", "{", 1, NULL));

    event = an_event("call-1");
    event.direction = 2;
    EXPECT(CALLPOP_ERROR_USAGE, callpop_call_event(host, &event, NULL));
    event.direction = CALLPOP_INBOUND;
    event.state = -1;
    EXPECT(CALLPOP_ERROR_USAGE, callpop_call_event(host, &event, NULL));
    event.state = CALLPOP_RINGING;
    event.time_ms = -1;
    EXPECT(CALLPOP_ERROR_USAGE, callpop_call_event(host, &event, NULL));
    event.time_ms = INT64_MAX;
    EXPECT(CALLPOP_ERROR_USAGE, callpop_call_event(host, &event, NULL));
    event.time_ms = 0;
    event.contacts = &contact;
    event.contact_count = SIZE_MAX / 2;
    EXPECT(CALLPOP_ERROR_SIZE, callpop_call_event(host, &event, NULL));

    /* Sizes: none, too small, beyond reason. */
    size_t sizes[] = {0, 1, sizeof(size_t), sizeof contact - 1, 1 << 20, SIZE_MAX};
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
        contact = a_contact();
        contact.size = sizes[index];
        EXPECT(CALLPOP_ERROR_SIZE, callpop_open_contact_page(host, adapter, &contact, NULL));
        log = a_log();
        log.size = sizes[index];
        EXPECT(CALLPOP_ERROR_SIZE, callpop_open_log_page(host, adapter, &log, NULL, NULL));
        event = an_event("call-1");
        event.size = sizes[index];
        EXPECT(CALLPOP_ERROR_SIZE, callpop_call_event(host, &event, NULL));
        callpop_options wrong = options;
        wrong.size = sizes[index];
        callpop_host *created = host;
        EXPECT(CALLPOP_ERROR_SIZE, callpop_host_create(&wrong, &created));
        EXPECT_TRUE(created == NULL);
    }

    /* A program that was built for a later version, whose structs have grown: taken, as long as it asks
     * for nothing that is not known here. */
    struct {
        callpop_contact known;
        const char *later;
    } grown = {.known = a_contact(), .later = NULL};
    grown.known.size = sizeof grown;
    EXPECT(CALLPOP_OK, callpop_open_contact_page(host, adapter, &grown.known, NULL));
    grown.later = "wanted";
    EXPECT(CALLPOP_ERROR_SIZE, callpop_open_contact_page(host, adapter, &grown.known, NULL));

    /* So are its lists. */
    struct {
        callpop_contact known;
        const char *later;
    } list[2] = {{a_contact(), NULL}, {a_contact(), NULL}};
    list[0].known.size = list[1].known.size = sizeof list[0];
    list[1].known.id = "8";
    event = an_event("grown");
    event.contacts = &list[0].known;
    event.contact_count = 2;
    callpop_text *text = NULL;
    callpop_text *second = NULL;
    EXPECT(CALLPOP_OK, callpop_call_event(host, &event, &text));
    EXPECT(CALLPOP_OK, callpop_text_create_member(text, "/accounts/0/contacts/1/id", &second));
    EXPECT_TRUE(second != NULL && strcmp(callpop_text_borrow_chars(second), "8") == 0);
    callpop_text_destroy(second);
    callpop_text_destroy(text);
    list[1].known.size = sizeof list[1].known;
    EXPECT(CALLPOP_ERROR_SIZE, callpop_call_event(host, &event, NULL));

    int32_t *constants[] = {&options.isolation, &options.require, &options.pages,
                            &options.contacts, &options.require_sandbox};
    for (size_t index = 0; index < sizeof constants / sizeof constants[0]; index++) {
        int32_t before = *constants[index];
        callpop_host *created = NULL;
        *constants[index] = 99;
        EXPECT(CALLPOP_ERROR_USAGE, callpop_host_create(&options, &created));
        *constants[index] = before;
    }
}

static void *works(void *of) {
    callpop_host *host = of;
    for (int turn = 0; turn < 10; turn++) {
        callpop_text *text = NULL;
        callpop_text *member = NULL;
        callpop_contact contact = a_contact();
        EXPECT(CALLPOP_OK, callpop_open_contact_page(host, adapter, &contact, &text));
        EXPECT(CALLPOP_OK, callpop_text_create_member(text, "/opened/0/url", &member));
        callpop_text_destroy(member);
        callpop_text_destroy(text);
        EXPECT(CALLPOP_OK, callpop_adapters(host, NULL));
        /* A failure is its thread's own. */
        char name[32];
        snprintf(name, sizeof name, "crm-%p", (void *)&contact);
        EXPECT(CALLPOP_ERROR_NO_ADAPTER, callpop_connect(host, name, address, NULL, 0, NULL));
        EXPECT_TRUE(strstr(callpop_error_borrow_message(), name) != NULL);
        while (callpop_take_notification(host, 0, &text) == CALLPOP_OK) {
            callpop_text_destroy(text);
        }
    }
    return NULL;
}

static void *waits(void *of) {
    callpop_text *text = NULL;
    callpop_status status;
    while ((status = callpop_take_notification(of, CALLPOP_FOREVER, &text)) == CALLPOP_OK) {
        callpop_text_destroy(text);
    }
    EXPECT(CALLPOP_ERROR_HANDLE, status);
    return NULL;
}

static void *calls_until_destroyed(void *of) {
    callpop_contact contact = a_contact();
    callpop_status status;
    do {
        status = callpop_open_contact_page(of, adapter, &contact, NULL);
        /* Its page cannot be told any more, or there is no host any more. */
    } while (status == CALLPOP_OK || status == CALLPOP_ERROR_NO_BROWSER);
    EXPECT(CALLPOP_ERROR_HANDLE, status);
    return NULL;
}

static void in_threads(void *(*work)(void *), callpop_host *host, int destroys) {
    pthread_t threads[8];
    for (int index = 0; index < 8; index++) {
        if (pthread_create(&threads[index], NULL, work, host) != 0) {
            abort();
        }
    }
    if (destroys) {
        callpop_contact contact = a_contact();
        EXPECT(CALLPOP_OK, callpop_open_contact_page(host, adapter, &contact, NULL));
        EXPECT(CALLPOP_OK, callpop_host_destroy(host));
    }
    for (int index = 0; index < 8; index++) {
        pthread_join(threads[index], NULL);
    }
}

static callpop_host *created(void) {
    callpop_host *host = NULL;
    EXPECT(CALLPOP_OK, callpop_host_create(&options, &host));
    return host;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        return 2;
    }
    plugins[0] = argv[2];
    adapter = argv[4];
    address = argv[5];
    options.size = sizeof options;
    options.home = argv[1];
    options.plugins_folders = plugins;
    options.plugins_folder_count = 1;
    options.worker_program = argv[3];
    options.pages = CALLPOP_PAGES_TOLD;
    options.page_deadline_ms = 60000;

    EXPECT_TRUE(callpop_abi_version() == CALLPOP_ABI_VERSION);
    EXPECT_TRUE(strlen(callpop_borrow_version()) > 0);
    EXPECT_TRUE(strlen(callpop_error_borrow_message()) == 0);

    callpop_host *host = created();
    wrong_handles(host);
    EXPECT(CALLPOP_OK, callpop_connect(host, adapter, address, NULL, 0, NULL));
    callpop_pair several = {"callPop.several", "prompt"};
    EXPECT(CALLPOP_OK, callpop_change_settings(host, adapter, &several, 1, NULL));
    null_parameters(host);
    damaged_values(host);
    EXPECT(CALLPOP_OK, callpop_watch(host));
    EXPECT(CALLPOP_OK, callpop_watch(host));
    in_threads(works, host, 0);
    EXPECT(CALLPOP_OK, callpop_unwatch(host));
    in_threads(waits, host, 1);

    /* It is destroyed: once more, and all functions. */
    EXPECT(CALLPOP_ERROR_HANDLE, callpop_host_destroy(host));
    every_function(host, CALLPOP_ERROR_HANDLE);

    /* And one that is destroyed while eight threads call it. */
    host = created();
    in_threads(calls_until_destroyed, host, 1);

    EXPECT_TRUE(callpop_held_count() == 0);
    printf("%d failures\n", failures);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
