"""A dialer in Python, with nothing but ctypes: it tells Callpop of one call, from the ring to the log.

    python3 dialer.py ADAPTER ADDRESS HOME PLUGINS WORKER

CALLPOP_LIBRARY names the library, if it is not where the system looks. An adapter runs in WORKER, the
program callpop-worker, since Python itself cannot be started as one. The pages are printed instead of
opened.
"""

import ctypes
import json
import os
import sys

callpop = ctypes.CDLL(os.environ.get("CALLPOP_LIBRARY", "libcallpop.so.1"))
callpop.callpop_error_borrow_message.restype = ctypes.c_char_p
callpop.callpop_text_borrow_chars.restype = ctypes.c_char_p
callpop.callpop_text_borrow_chars.argtypes = [ctypes.c_void_p]
callpop.callpop_text_destroy.argtypes = [ctypes.c_void_p]
callpop.callpop_host_destroy.argtypes = [ctypes.c_void_p]

NOTHING = 100


class Options(ctypes.Structure):
    """callpop_options, as the header has it."""

    _fields_ = [
        ("size", ctypes.c_size_t),
        ("home", ctypes.c_char_p),
        ("plugins_folders", ctypes.POINTER(ctypes.c_char_p)),
        ("plugins_folder_count", ctypes.c_size_t),
        ("worker_program", ctypes.c_char_p),
        ("policy_file", ctypes.c_char_p),
        ("isolation", ctypes.c_int32),
        ("require", ctypes.c_int32),
        ("pages", ctypes.c_int32),
        ("contacts", ctypes.c_int32),
        ("require_sandbox", ctypes.c_int32),
        ("page_deadline_ms", ctypes.c_uint32),
        ("unauthorize_deadline_ms", ctypes.c_uint32),
        ("notification_count", ctypes.c_uint32),
    ]


class CallpopError(Exception):
    """Why something could not be done."""


def taken(text):
    """The JSON of a text, which is destroyed."""
    try:
        return json.loads(callpop.callpop_text_borrow_chars(text))
    finally:
        callpop.callpop_text_destroy(text)


class Host:
    """A host, for the methods of docs/json-interface.md."""

    def __init__(self, home, plugins, worker):
        options = Options(ctypes.sizeof(Options), pages=1)
        options.home = home.encode()
        options.plugins_folders = (ctypes.c_char_p * 1)(plugins.encode())
        options.plugins_folder_count = 1
        options.worker_program = worker.encode()
        self.handle = ctypes.c_void_p()
        self.check(callpop.callpop_host_create(ctypes.byref(options), ctypes.byref(self.handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        callpop.callpop_host_destroy(self.handle)

    @staticmethod
    def check(status):
        if status != 0:
            raise CallpopError(callpop.callpop_error_borrow_message().decode())

    def call(self, method, **params):
        """Calls a method. ctypes lets other threads go on meanwhile."""
        text = ctypes.c_void_p()
        given = json.dumps(params).encode()
        self.check(
            callpop.callpop_call(
                self.handle, method.encode(), given, ctypes.c_size_t(len(given)), ctypes.byref(text)
            )
        )
        return taken(text)

    def notifications(self):
        """What the host has told since."""
        while True:
            text = ctypes.c_void_p()
            status = callpop.callpop_take_notification(self.handle, 0, ctypes.byref(text))
            if status == NOTHING:
                return
            self.check(status)
            yield taken(text)


def main():
    adapter, address, home, plugins, worker = sys.argv[1:]
    with Host(home, plugins, worker) as host:
        account = host.call("connect", adapter=adapter, host=address)
        print("connected to", account["hostname"])

        contact = {"id": "7", "name": "Jo Doe", "phone": "+12025550123"}
        event = {
            "callId": "call-1",
            "direction": "inbound",
            "state": "ringing",
            "from": "+12025550123",
            "matches": {adapter: [contact]},
        }
        host.call("callEvent", event=event)
        for told in host.notifications():
            if told["method"] == "callpop/openPage":
                print("open", told["params"]["url"])

        log = {"logId": "42", "contactId": "7"}
        if host.call("logMenu", adapter=adapter, log=log)["opens"] != "nothing":
            opened = host.call("openLogPage", adapter=adapter, log=log)["opened"]
            print("the log:", opened[0]["url"])

        try:
            host.call("logOut", adapter="no-such-crm")
        except CallpopError as error:
            print("error:", error)
        print("logged out of", host.call("logOut", adapter=adapter)["forgotten"]["hostname"])


main()
