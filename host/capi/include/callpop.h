/*
 * Callpop for C: the moment between a ringing phone and the right CRM page.
 *
 * Version 1 of the ABI. docs/c-api.md is the guide; what holds for all functions:
 *
 * Threads     Every function may be called from any thread, at any time. Callpop never calls the
 *             program: what it tells unasked waits in a queue, for callpop_take_notification().
 * Failures    Every function that can fail returns a callpop_status, which is CALLPOP_OK or says what
 *             kind of failure it is; callpop_error_borrow_message() and its siblings tell more, of the
 *             last failure on the same thread.
 * Texts       UTF-8, on Windows too, with a NUL at the end. What Callpop is given it copies: it keeps
 *             no pointer after a function has returned.
 * Ownership   A function that writes to a parameter `created` creates something that the program
 *             destroys, with callpop_text_destroy() or callpop_host_destroy(); on a failure it writes
 *             NULL. A program that does not want the result gives NULL for `created`. A pointer from a
 *             function with `borrow` in its name is Callpop's, and valid as long as is said there.
 * Handles     A callpop_host * and a callpop_text * are names, not addresses: they lead nowhere, and
 *             none is given twice. One that is NULL, of another kind, or destroyed already is told by
 *             CALLPOP_ERROR_NULL or CALLPOP_ERROR_HANDLE.
 * Structs     Those that begin with `size` can grow. Set it to sizeof the struct, and what is not
 *             needed to zero, as in `callpop_contact contact = {.size = sizeof contact};`.
 */

#ifndef CALLPOP_H
#define CALLPOP_H

/* Made by cbindgen from host/capi/src; CONTRIBUTING.md says how to make it again. */

#include <stddef.h>
#include <stdint.h>

/** A host: what finds, loads and calls adapters. */
typedef struct callpop_host callpop_host;

/** A text that Callpop has made. */
typedef struct callpop_text callpop_text;

/** The length of a text that ends with a NUL. */
#define CALLPOP_UNTIL_NUL SIZE_MAX


/**
 * The version of this ABI: of the functions and structs in the header. It goes up when a program
 * that was built for the one before could go wrong; what is only added does not change it.
 */
#define CALLPOP_ABI_VERSION 1

/**
 * Waits without end.
 */
#define CALLPOP_FOREVER UINT32_MAX

/**
 * Each adapter runs in a process of its own: whatever it does, the dialer goes on.
 */
#define CALLPOP_ISOLATED 0

/**
 * Adapters run in the dialer's own process.
 */
#define CALLPOP_IN_PROCESS 1

/**
 * Any adapter in the plugins folders is loaded.
 */
#define CALLPOP_REQUIRE_NOTHING 0

/**
 * Only what was loaded first, or accepted since.
 */
#define CALLPOP_REQUIRE_PINNED 1

/**
 * Only what is signed with a key that is trusted for it.
 */
#define CALLPOP_REQUIRE_SIGNED 2

/**
 * Pages open in the system's browser.
 */
#define CALLPOP_PAGES_IN_BROWSER 0

/**
 * Pages are told as `callpop/openPage`, and the dialer opens them.
 */
#define CALLPOP_PAGES_TOLD 1

/**
 * Where an event names no contacts, Callpop's own contact book is asked.
 */
#define CALLPOP_CONTACTS_FROM_BOOK 0

/**
 * An event names all contacts that there are.
 */
#define CALLPOP_CONTACTS_FROM_EVENTS 1

/**
 * Somebody calls the user.
 */
#define CALLPOP_INBOUND 0

/**
 * The user calls somebody.
 */
#define CALLPOP_OUTBOUND 1

/**
 * The call rings, here or at the other end.
 */
#define CALLPOP_RINGING 0

/**
 * It was answered.
 */
#define CALLPOP_CONNECTED 1

/**
 * It is over, was declined, or was answered elsewhere.
 */
#define CALLPOP_ENDED 2

/**
 * "Open call log" has nothing to open, and is not to be offered.
 */
#define CALLPOP_OPENS_NOTHING 0

/**
 * It opens the log's own page.
 */
#define CALLPOP_OPENS_LOG_PAGE 1

/**
 * It opens the contact's page, as the CRM has none for a log.
 */
#define CALLPOP_OPENS_CONTACT_PAGE 2

/**
 * How a function came out: CALLPOP_OK, or one of the other constants. A program takes one that it
 * does not know for a failure.
 */
typedef int32_t callpop_status;

/**
 * How a host is set up. All zero but `size` is the usual.
 */
typedef struct callpop_options {
  /**
   * sizeof(callpop_options).
   */
  size_t size;
  /**
   * The folder of Callpop's state; NULL for the user's own.
   */
  const char *home;
  /**
   * Plugins folders, searched in this order; NULL for the usual ones.
   */
  const char *const *plugins_folders;
  /**
   * How many they are.
   */
  size_t plugins_folder_count;
  /**
   * The executable to start as a worker, such as callpop-worker; NULL for this very program, if
   * its main() calls callpop_worker_run_if_requested(), else callpop-worker beside it.
   */
  const char *worker_program;
  /**
   * The administrator's file instead of the home's policy.toml, where the system has none; or NULL.
   */
  const char *policy_file;
  /**
   * Where adapters run: CALLPOP_ISOLATED or CALLPOP_IN_PROCESS.
   */
  int32_t isolation;
  /**
   * What must be known of an adapter's file: CALLPOP_REQUIRE_NOTHING, _PINNED or _SIGNED.
   */
  int32_t require;
  /**
   * Where pages open: CALLPOP_PAGES_IN_BROWSER or CALLPOP_PAGES_TOLD.
   */
  int32_t pages;
  /**
   * Who knows whose number it is: CALLPOP_CONTACTS_FROM_BOOK or CALLPOP_CONTACTS_FROM_EVENTS.
   */
  int32_t contacts;
  /**
   * 1 if a worker that cannot be put into the whole sandbox is refused, else 0.
   */
  int32_t require_sandbox;
  /**
   * The time that an adapter has for a page, in milliseconds; 0 for the usual 2000.
   */
  uint32_t page_deadline_ms;
  /**
   * The time that it has to clean up after a logout, in milliseconds; 0 for the usual 5000.
   */
  uint32_t unauthorize_deadline_ms;
  /**
   * How many notifications wait to be taken before the oldest are lost; 0 for the usual 1024.
   */
  uint32_t notification_count;
} callpop_options;

/**
 * A name and what it stands for. This struct does not grow.
 */
typedef struct callpop_pair {
  /**
   * The name.
   */
  const char *name;
  /**
   * The value.
   */
  const char *value;
} callpop_pair;

/**
 * A record in a CRM.
 */
typedef struct callpop_contact {
  /**
   * sizeof(callpop_contact).
   */
  size_t size;
  /**
   * Its id in the CRM.
   */
  const char *id;
  /**
   * The name to show, or NULL.
   */
  const char *name;
  /**
   * The number that matched, E.164 where it can; or NULL.
   */
  const char *phone;
  /**
   * The kind of record, one that the adapter's manifest names; or NULL.
   */
  const char *type;
  /**
   * Among the contacts of an event: the adapter whose CRM has it. NULL elsewhere.
   */
  const char *adapter;
  /**
   * What else the dialer knows of it, which an adapter may need; or NULL.
   */
  const callpop_pair *extras;
  /**
   * How many these are.
   */
  size_t extra_count;
} callpop_contact;

/**
 * Something happened to a call. Events may be repeated, and may come in any order.
 */
typedef struct callpop_event {
  /**
   * sizeof(callpop_event).
   */
  size_t size;
  /**
   * The dialer's name for the call; the same in all events of one call.
   */
  const char *call_id;
  /**
   * Who called whom: CALLPOP_INBOUND or CALLPOP_OUTBOUND.
   */
  int32_t direction;
  /**
   * How far the call is: CALLPOP_RINGING, CALLPOP_CONNECTED or CALLPOP_ENDED.
   */
  int32_t state;
  /**
   * Who called, E.164 where it can; NULL if it is withheld.
   */
  const char *from;
  /**
   * Who was called, or NULL.
   */
  const char *to;
  /**
   * The contacts that the other side's number matched, one after the other; or NULL.
   */
  const callpop_contact *contacts;
  /**
   * How many these are.
   */
  size_t contact_count;
  /**
   * The call that this one goes on from, as after a warm transfer; or NULL.
   */
  const char *replaces;
  /**
   * What calls that ring for one caller have in common, such as a ring group; or NULL.
   */
  const char *group;
  /**
   * When it happened, in milliseconds since 1970 in UTC; 0 for now.
   */
  int64_t time_ms;
} callpop_event;

/**
 * A call that was logged in a CRM.
 */
typedef struct callpop_log {
  /**
   * sizeof(callpop_log).
   */
  size_t size;
  /**
   * The logged activity's id in the CRM.
   */
  const char *log_id;
  /**
   * The contact that it was logged with, or NULL.
   */
  const char *contact_id;
  /**
   * That contact's type, or NULL.
   */
  const char *contact_type;
  /**
   * What else the dialer knows of it, which an adapter may need; or NULL.
   */
  const callpop_pair *extras;
  /**
   * How many these are.
   */
  size_t extra_count;
} callpop_log;

/**
 * It is done.
 */
#define CALLPOP_OK 0

/**
 * Callpop's state, or the administrator's file, could not be read or written.
 */
#define CALLPOP_ERROR_STATE 1

/**
 * Wrong usage or input.
 */
#define CALLPOP_ERROR_USAGE 2

/**
 * There is no such adapter, or it is refused.
 */
#define CALLPOP_ERROR_NO_ADAPTER 3

/**
 * The adapter failed.
 */
#define CALLPOP_ERROR_ADAPTER_FAILED 4

/**
 * The URL policy refused a page.
 */
#define CALLPOP_ERROR_POLICY_REFUSED 5

/**
 * No browser could be started.
 */
#define CALLPOP_ERROR_NO_BROWSER 6

/**
 * There is nothing of that kind; no failure.
 */
#define CALLPOP_NOTHING 100

/**
 * A pointer is NULL that may not be.
 */
#define CALLPOP_ERROR_NULL 101

/**
 * A text is not UTF-8.
 */
#define CALLPOP_ERROR_UTF8 102

/**
 * A handle is of another kind, was never created, or is destroyed already.
 */
#define CALLPOP_ERROR_HANDLE 103

/**
 * A struct's `size` is none that it can have, or it has members that are not known here and not
 * zero.
 */
#define CALLPOP_ERROR_SIZE 104

/**
 * There is no such method.
 */
#define CALLPOP_ERROR_NO_METHOD -32601

/**
 * The parameters do not fit the method.
 */
#define CALLPOP_ERROR_INVALID_PARAMS -32602

/**
 * A fault of Callpop's own.
 */
#define CALLPOP_ERROR_INTERNAL -32603

/**
 * A result is longer than may be.
 */
#define CALLPOP_ERROR_TOO_LONG -32001

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes this process a worker, if it was started as one, and ends it then; returns at once
 * otherwise. To be called first thing in main(), before threads are started: so an adapter runs in
 * a process of its own that needs no other program. A dialer that cannot do that ships
 * callpop-worker beside itself, or names it in the options.
 */
void callpop_worker_run_if_requested(void);

/**
 * Creates a host, with the usual options if `options` is NULL. It looks into the plugins folders and
 * runs no adapter. A dialer has one.
 */
callpop_status callpop_host_create(const callpop_options *options,
                                   callpop_host **created);

/**
 * Destroys a host: who waits for a notification is let go, and its workers end. Functions that are
 * under way on other threads are done first, which this one does not wait for. NULL is no failure,
 * and does nothing.
 */
callpop_status callpop_host_destroy(callpop_host *host);

/**
 * Takes the oldest of what the host tells unasked, and waits up to `patience_ms` milliseconds for
 * it: 0 not at all, CALLPOP_FOREVER until the host is destroyed. It is a JSON object with `method`
 * (such as "callpop/outcome", "callpop/ask", "callpop/openPage") and `params`, as in
 * docs/json-interface.md. CALLPOP_NOTHING if nothing came.
 */
callpop_status callpop_take_notification(callpop_host *host,
                                         uint32_t patience_ms,
                                         callpop_text **created);

/**
 * Calls any method of the JSON interface (docs/json-interface.md) by its name: all that Callpop can do
 * is there, and the other functions are its most usual methods. `params` is a JSON object of
 * `params_length` bytes, or CALLPOP_UNTIL_NUL; NULL for none. The result is JSON.
 */
callpop_status callpop_call(callpop_host *host,
                            const char *method,
                            const char *params,
                            size_t params_length,
                            callpop_text **created);

/**
 * The version of the ABI that this library has. A program that was built with this header works
 * with it if it is CALLPOP_ABI_VERSION.
 */
uint32_t callpop_abi_version(void);

/**
 * Callpop's version, such as "0.1.0". Valid as long as the program runs.
 */
const char *callpop_borrow_version(void);

/**
 * What the last function that failed on this thread says of it, in a sentence for people; "" if
 * none has failed. Valid until the next function fails on this thread.
 */
const char *callpop_error_borrow_message(void);

/**
 * That failure's name for programs, such as "not-connected"; it never changes once released.
 * docs/errors.md has a list. Valid until the next function fails on this thread.
 */
const char *callpop_error_borrow_name(void);

/**
 * What to do about that failure, in a sentence; "" if there is nothing to say. Valid until the next
 * function fails on this thread.
 */
const char *callpop_error_borrow_advice(void);

/**
 * How many hosts and texts are created and not yet destroyed: 0 at the end of a program without
 * leaks.
 */
size_t callpop_held_count(void);

/**
 * The characters of a text, with a NUL at the end. They are the text's, and valid until it is
 * destroyed. NULL if there is no such text.
 */
const char *callpop_text_borrow_chars(callpop_text *text);

/**
 * The length of a text in bytes, without the NUL at its end; 0 if there is no such text. A member
 * of a JSON text may have a NUL inside.
 */
size_t callpop_text_length(callpop_text *text);

/**
 * A member of a JSON text, by its JSON pointer (RFC 6901): "/accounts/0/hostname" is the host name of
 * the first account. A string is created as it stands for, without quotes; what is no string, as
 * JSON. CALLPOP_NOTHING if there is no such member, or if it is null.
 */
callpop_status callpop_text_create_member(callpop_text *text,
                                          const char *pointer,
                                          callpop_text **created);

/**
 * Destroys a text, and makes its characters invalid. NULL is no failure, and does nothing.
 */
callpop_status callpop_text_destroy(callpop_text *text);

/**
 * Every file in the plugins folders, with its state and, if it is refused, why: what a list of
 * adapters shows. The result is that of `adapters`.
 */
callpop_status callpop_adapters(callpop_host *host, callpop_text **created);

/**
 * Lets an adapter out of quarantine. The result is "true" if it was in it or had failed.
 */
callpop_status callpop_release_adapter(callpop_host *host,
                                       const char *adapter,
                                       callpop_text **created);

/**
 * Watches the plugins folders from now on, and tells of each change with `callpop/adaptersChanged`.
 */
callpop_status callpop_watch(callpop_host *host);

/**
 * Watches the plugins folders no more.
 */
callpop_status callpop_unwatch(callpop_host *host);

/**
 * Connects an account: an adapter, and the address of the user's CRM, a host name or anything as a
 * person copies it from the browser. `values` are settings and stored values that the adapter's
 * manifest names, or NULL. Connecting to the same host again changes the values that are given and
 * keeps the others. The result is the account, as of `connect`.
 */
callpop_status callpop_connect(callpop_host *host,
                               const char *adapter,
                               const char *address,
                               const callpop_pair *values,
                               size_t value_count,
                               callpop_text **created);

/**
 * The connected accounts. The result is that of `accounts`.
 */
callpop_status callpop_accounts(callpop_host *host, callpop_text **created);

/**
 * All that can be set for an adapter, with types, defaults and the values that hold: what its
 * settings page shows. The result is that of `adapterSettings`.
 */
callpop_status callpop_settings(callpop_host *host, const char *adapter, callpop_text **created);

/**
 * Changes an adapter's settings, all that are given or none: those of its manifest, and
 * "callPop.inbound" and so on. A value that is NULL has the default hold again. The result is how
 * they stand then, as of `adapterSettings`.
 */
callpop_status callpop_change_settings(callpop_host *host,
                                       const char *adapter,
                                       const callpop_pair *values,
                                       size_t value_count,
                                       callpop_text **created);

/**
 * The user logs out: runs the adapter's clean-up and forgets the account, whatever the clean-up
 * says. The result is that of `logOut`; its `problem` says what the clean-up could not do.
 */
callpop_status callpop_log_out(callpop_host *host, const char *adapter, callpop_text **created);

/**
 * Something happened to a call: each connected account pops by its own settings, and each page opens
 * once for a call. It returns when that is done, within the deadline of the adapters: not a function
 * for the thread of the user interface. The result is that of `callEvent`, and is told as
 * `callpop/outcome` and `callpop/ask` too.
 */
callpop_status callpop_call_event(callpop_host *host,
                                  const callpop_event *event,
                                  callpop_text **created);

/**
 * The user selected this contact, of those that `callpop/ask` named for the event and the adapter.
 * The result is that of `choose`.
 */
callpop_status callpop_choose(callpop_host *host,
                              const callpop_event *event,
                              const char *adapter,
                              const callpop_contact *contact,
                              callpop_text **created);

/**
 * The user has created this contact for a call: its page opens, if the settings say so. The result is
 * that of `contactCreated`.
 */
callpop_status callpop_contact_created(callpop_host *host,
                                       const callpop_event *event,
                                       const char *adapter,
                                       const callpop_contact *contact,
                                       callpop_text **created);

/**
 * Opens a contact's page, whatever the rules say. The result is that of `openContactPage`.
 */
callpop_status callpop_open_contact_page(callpop_host *host,
                                         const char *adapter,
                                         const callpop_contact *contact,
                                         callpop_text **created);

/**
 * "Open call log": opens a logged call's page, else its contact's. `contact` is the contact that it was
 * logged with, if the log does not name it, or NULL. The result is that of `openLogPage`.
 */
callpop_status callpop_open_log_page(callpop_host *host,
                                     const char *adapter,
                                     const callpop_log *log,
                                     const callpop_contact *contact,
                                     callpop_text **created);

/**
 * What "Open call log" in the menu of a logged call opens: CALLPOP_OPENS_NOTHING, _LOG_PAGE or
 * _CONTACT_PAGE is written to `opens`.
 */
callpop_status callpop_log_menu(callpop_host *host,
                                const char *adapter,
                                const callpop_log *log,
                                const callpop_contact *contact,
                                int32_t *opens);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CALLPOP_H */
