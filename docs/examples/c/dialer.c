/*
 * A dialer in C: it tells Callpop of one call, from the ring to the log.
 *
 *   dialer ADAPTER ADDRESS [HOME [PLUGINS [WORKER]]]
 *
 * The pages are printed instead of opened, as a dialer with a browser view of its own has it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <callpop.h>

/* Says what went wrong, and ends. */
static void check(callpop_status status, const char *what) {
    if (status != CALLPOP_OK) {
        fprintf(stderr, "%s: %s (%s)\n", what, callpop_error_borrow_message(),
                callpop_error_borrow_name());
        exit(EXIT_FAILURE);
    }
}

/* A member of a JSON text, to be freed; NULL if there is none. */
static char *member(callpop_text *text, const char *pointer) {
    callpop_text *found = NULL;
    char *copy = NULL;
    if (callpop_text_create_member(text, pointer, &found) == CALLPOP_OK) {
        size_t size = callpop_text_length(found) + 1;
        copy = malloc(size);
        if (copy != NULL) {
            memcpy(copy, callpop_text_borrow_chars(found), size);
        }
        callpop_text_destroy(found);
    }
    return copy;
}

/* Prints what the host has told since, without waiting. A dialer does this when a timer of its user
 * interface comes, or on a thread that waits with CALLPOP_FOREVER. Gives the question, if there is one. */
static callpop_text *take_notifications(callpop_host *host) {
    callpop_text *question = NULL;
    callpop_text *told = NULL;
    while (callpop_take_notification(host, 0, &told) == CALLPOP_OK) {
        char *method = member(told, "/method");
        if (method != NULL && strcmp(method, "callpop/openPage") == 0) {
            char *url = member(told, "/params/url");
            char *as = member(told, "/params/as");
            printf("open %s in a %s\n", url, as);
            free(url);
            free(as);
        } else if (method != NULL && strcmp(method, "callpop/outcome") == 0) {
            char *call = member(told, "/params/callId");
            char *result = member(told, "/params/result");
            printf("call %s: %s\n", call, result);
            free(call);
            free(result);
        } else if (method != NULL && strcmp(method, "callpop/ask") == 0 && question == NULL) {
            question = told;
            told = NULL;
        }
        free(method);
        callpop_text_destroy(told);
    }
    return question;
}

int main(int argc, char **argv) {
    /* 1. This program is also the worker: a process in which an adapter runs. */
    callpop_worker_run_if_requested();

    if (argc < 3) {
        fprintf(stderr, "usage: %s ADAPTER ADDRESS [HOME [PLUGINS [WORKER]]]\n", argv[0]);
        return 2;
    }
    const char *adapter = argv[1];
    const char *address = argv[2];

    /* 2. The host. What is left at zero is the usual. */
    callpop_options options = {.size = sizeof options};
    const char *plugins[] = {argc > 4 ? argv[4] : NULL};
    options.home = argc > 3 ? argv[3] : NULL;
    options.plugins_folders = argc > 4 ? plugins : NULL;
    options.plugins_folder_count = argc > 4 ? 1 : 0;
    options.worker_program = argc > 5 ? argv[5] : NULL;
    options.pages = CALLPOP_PAGES_TOLD;
    callpop_host *host = NULL;
    check(callpop_host_create(&options, &host), "the host");

    /* 3. Once, on the settings page of the CRM: connect the account, and let the user select among
     *    several matches. */
    callpop_text *account = NULL;
    check(callpop_connect(host, adapter, address, NULL, 0, &account), "connecting");
    char *hostname = member(account, "/hostname");
    printf("connected to %s\n", hostname);
    free(hostname);
    callpop_text_destroy(account);
    callpop_pair several = {"callPop.several", "prompt"};
    check(callpop_change_settings(host, adapter, &several, 1, NULL), "the settings");

    /* 4. The telephone rings, and two contacts have the number. A dialer calls this on a thread of its
     *    own, since it waits for the adapter. */
    callpop_contact contacts[2] = {{.size = sizeof contacts[0]}, {.size = sizeof contacts[1]}};
    contacts[0].id = "7";
    contacts[0].name = "Jo Doe";
    contacts[1].id = "8";
    contacts[1].name = "Jon Doe";
    for (size_t index = 0; index < 2; index++) {
        contacts[index].phone = "+12025550123";
        contacts[index].adapter = adapter;
    }
    callpop_event event = {.size = sizeof event};
    event.call_id = "call-1";
    event.direction = CALLPOP_INBOUND;
    event.state = CALLPOP_RINGING;
    event.from = "+12025550123";
    event.contacts = contacts;
    event.contact_count = 2;
    check(callpop_call_event(host, &event, NULL), "the call");

    /* 5. The user selects one of them. */
    callpop_text *question = take_notifications(host);
    if (question != NULL) {
        char *first = member(question, "/params/contacts/0/name");
        char *second = member(question, "/params/contacts/1/name");
        printf("asks: %s or %s?\n", first, second);
        free(first);
        free(second);
        callpop_text_destroy(question);
        check(callpop_choose(host, &event, adapter, &contacts[0], NULL), "the choice");
    }
    event.state = CALLPOP_ENDED;
    check(callpop_call_event(host, &event, NULL), "the end of the call");
    callpop_text_destroy(take_notifications(host));

    /* 6. Later, in the history of calls: "Open call log", if there is something to open. */
    callpop_log log = {.size = sizeof log};
    log.log_id = "42";
    log.contact_id = "7";
    int32_t opens = CALLPOP_OPENS_NOTHING;
    check(callpop_log_menu(host, adapter, &log, NULL, &opens), "the menu");
    printf("the menu offers: %s\n", opens == CALLPOP_OPENS_LOG_PAGE       ? "the log's page"
                                    : opens == CALLPOP_OPENS_CONTACT_PAGE ? "the contact's page"
                                                                          : "nothing");
    if (opens != CALLPOP_OPENS_NOTHING) {
        check(callpop_open_log_page(host, adapter, &log, NULL, NULL), "the log");
        callpop_text_destroy(take_notifications(host));
    }

    /* 7. What fails has a number, a message for people, and a name for programs. */
    callpop_status status = callpop_connect(host, "no-such-crm", address, NULL, 0, NULL);
    printf("error %d, %s\n", (int)status, callpop_error_borrow_name());

    /* 8. The user logs out, and the dialer ends. */
    callpop_text *out = NULL;
    check(callpop_log_out(host, adapter, &out), "logging out");
    hostname = member(out, "/forgotten/hostname");
    printf("logged out of %s\n", hostname);
    free(hostname);
    callpop_text_destroy(out);
    check(callpop_host_destroy(host), "the end");
    printf("left over: %zu\n", callpop_held_count());
    return EXIT_SUCCESS;
}
