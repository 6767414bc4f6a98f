// A dialer in C++17: it tells Callpop of one call, from the ring to the log.
//
//   dialer ADAPTER ADDRESS [HOME [PLUGINS [WORKER]]]
//
// The pages are printed instead of opened, as a dialer with a browser view of its own has it. What the
// host tells comes on a thread of its own; what the user interface asks goes to another.

#include <future>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <callpop.hpp>

// Prints a line as a whole: two threads do.
static void say(const std::string &line) {
    static std::mutex one_at_a_time;
    const std::lock_guard<std::mutex> held(one_at_a_time);
    std::cout << line << "\n";
}

int main(int argc, char **argv) try {
    // 1. This program is also the worker: a process in which an adapter runs.
    callpop_worker_run_if_requested();

    if (argc < 3) {
        std::cerr << "usage: " << argv[0] << " ADAPTER ADDRESS [HOME [PLUGINS [WORKER]]]\n";
        return 2;
    }
    const std::string adapter = argv[1];
    const std::string address = argv[2];

    // 2. The host. What is not set is the usual.
    callpop::options options;
    if (argc > 3) options.home = argv[3];
    if (argc > 4) options.plugins_folders = {argv[4]};
    if (argc > 5) options.worker_program = argv[5];
    options.pages = CALLPOP_PAGES_TOLD;
    callpop::host host(options);

    // 3. What the host tells, on a thread that waits for it until the host is destroyed. A dialer hands
    //    it on to its user interface from here.
    std::promise<std::string> asked;
    std::thread told([&host, &asked] {
        bool is_asked = false;
        try {
            while (auto notification = host.take_notification(CALLPOP_FOREVER)) {
                const auto method = notification->member("/method").value_or("");
                if (method == "callpop/openPage") {
                    say("open " + notification->member("/params/url").value_or("?"));
                } else if (method == "callpop/ask" && !is_asked) {
                    is_asked = true;
                    asked.set_value(notification->member("/params/contacts/0/name").value_or("?") +
                                    " or " +
                                    notification->member("/params/contacts/1/name").value_or("?"));
                } else if (method == "callpop/adaptersChanged") {
                    say("adapters changed");
                }
            }
        } catch (const callpop::error &error) {
            // The host is destroyed: nothing is told any more.
            if (error.status() != CALLPOP_ERROR_HANDLE) {
                std::cerr << error.what() << "\n";
            }
        }
    });

    // 4. Once, on the settings page of the CRM.
    const callpop::text account = host.connect(adapter, address);
    say("connected to " + account.member("/hostname").value_or("?"));
    host.change_settings(adapter, {{"callPop.several", "prompt"}});

    // 5. The telephone rings, and two contacts have the number.
    callpop::event event;
    event.call_id = "call-1";
    event.from = "+12025550123";
    event.contacts = {
        {"7", "Jo Doe", "+12025550123", "", adapter, {}},
        {"8", "Jon Doe", "+12025550123", "", adapter, {}},
    };
    event.time = std::chrono::system_clock::now();
    const callpop::text result =
        std::async(std::launch::async, [&] { return host.call_event(event); }).get();

    // 6. The user selects one of them, if that is asked: not for a call that has popped before.
    if (result.member("/accounts/0/result") == "ask") {
        say("asks: " + asked.get_future().get() + "?");
        const callpop::text chosen = host.choose(event, adapter, event.contacts[0]);
        say("chosen: " + chosen.member("/result").value_or("?"));
    }
    event.state = CALLPOP_ENDED;
    host.call_event(event);

    // 7. Later, in the history of calls: "Open call log", if there is something to open.
    callpop::log log;
    log.log_id = "42";
    log.contact_id = "7";
    if (host.log_menu(adapter, log) != CALLPOP_OPENS_NOTHING) {
        const callpop::text opened = host.open_log_page(adapter, log);
        say("the log: " + opened.member("/opened/0/url").value_or("?"));
    }

    // 8. What fails is thrown, with a name for programs.
    try {
        host.connect("no-such-crm", address);
    } catch (const callpop::error &error) {
        say("error " + std::to_string(error.status()) + ", " + error.name());
    }

    // 9. The user logs out, and the dialer ends.
    const callpop::text out = host.log_out(adapter);
    say("logged out of " + out.member("/forgotten/hostname").value_or("?"));
    host.destroy();
    told.join();
    return 0;
} catch (const callpop::error &error) {
    std::cerr << error.what() << "\n" << error.advice() << "\n";
    return 1;
}
