/*
 * Callpop for C++17: `callpop.h` with owners, strings and exceptions. Header only.
 *
 * What holds for all of it is said in `callpop.h`; docs/c-api.md is the guide. A failure is thrown as
 * callpop::error. Objects may be moved and not copied; what they own goes with them.
 */

#ifndef CALLPOP_HPP
#define CALLPOP_HPP

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "callpop.h"

namespace callpop {

/** Why something could not be done: `what()` is a sentence for people. */
class error : public std::runtime_error {
public:
    /** The last failure of this thread, which had this status. */
    explicit error(callpop_status status)
        : std::runtime_error(callpop_error_borrow_message()),
          status_(status),
          name_(callpop_error_borrow_name()),
          advice_(callpop_error_borrow_advice()) {}

    /** What kind of failure it is: CALLPOP_ERROR_USAGE and so on. */
    callpop_status status() const noexcept { return status_; }
    /** The failure's name for programs, such as "not-connected". */
    const std::string &name() const noexcept { return name_; }
    /** What to do about it; empty if there is nothing to say. */
    const std::string &advice() const noexcept { return advice_; }

private:
    callpop_status status_;
    std::string name_;
    std::string advice_;
};

namespace detail {

inline void check(callpop_status status) {
    if (status != CALLPOP_OK) {
        throw error(status);
    }
}

inline const char *chars(const std::optional<std::string> &text) {
    return text ? text->c_str() : nullptr;
}

inline const char *chars_or_null(const std::string &text) {
    return text.empty() ? nullptr : text.c_str();
}

inline std::vector<callpop_pair> pairs(const std::map<std::string, std::string> &texts) {
    std::vector<callpop_pair> pairs;
    for (const auto &[name, value] : texts) {
        pairs.push_back({name.c_str(), value.c_str()});
    }
    return pairs;
}

} // namespace detail

/** A text that Callpop has made, JSON for the most part. */
class text {
public:
    text() noexcept = default;
    /** Becomes the owner of a text that is not destroyed yet. */
    explicit text(callpop_text *owned) noexcept : owned_(owned) {}
    text(text &&other) noexcept : owned_(std::exchange(other.owned_, nullptr)) {}
    text &operator=(text &&other) noexcept {
        if (this != &other) {
            callpop_text_destroy(std::exchange(owned_, std::exchange(other.owned_, nullptr)));
        }
        return *this;
    }
    text(const text &) = delete;
    text &operator=(const text &) = delete;
    ~text() { callpop_text_destroy(owned_); }

    /** Its characters, as long as it lives. */
    std::string_view view() const noexcept {
        return owned_ ? std::string_view(callpop_text_borrow_chars(owned_), callpop_text_length(owned_))
                      : std::string_view();
    }
    /** A copy of its characters. */
    std::string string() const { return std::string(view()); }

    /** The member at a JSON pointer, such as "/accounts/0/hostname": a string without quotes, what is
     * no string as JSON; nothing if there is no such member, or if it is null. */
    std::optional<std::string> member(const std::string &pointer) const {
        callpop_text *created = nullptr;
        const callpop_status status = callpop_text_create_member(owned_, pointer.c_str(), &created);
        if (status == CALLPOP_NOTHING) {
            return std::nullopt;
        }
        detail::check(status);
        return text(created).string();
    }

private:
    callpop_text *owned_ = nullptr;
};

/** How a host is set up; what is not set is the usual. See callpop_options. */
struct options {
    std::optional<std::string> home;
    std::vector<std::string> plugins_folders;
    std::optional<std::string> worker_program;
    std::optional<std::string> policy_file;
    std::int32_t isolation = CALLPOP_ISOLATED;
    std::int32_t require = CALLPOP_REQUIRE_NOTHING;
    std::int32_t pages = CALLPOP_PAGES_IN_BROWSER;
    std::int32_t contacts = CALLPOP_CONTACTS_FROM_BOOK;
    bool require_sandbox = false;
    std::uint32_t page_deadline_ms = 0;
    std::uint32_t unauthorize_deadline_ms = 0;
    std::uint32_t notification_count = 0;
};

/** A record in a CRM. See callpop_contact. */
struct contact {
    std::string id;
    std::string name;
    std::string phone;
    std::string type;
    /** Among the contacts of an event: the adapter whose CRM has it. */
    std::string adapter;
    std::map<std::string, std::string> extras;
};

/** A call that was logged in a CRM. See callpop_log. */
struct log {
    std::string log_id;
    std::string contact_id;
    std::string contact_type;
    std::map<std::string, std::string> extras;
};

/** Something happened to a call. See callpop_event. */
struct event {
    std::string call_id;
    std::int32_t direction = CALLPOP_INBOUND;
    std::int32_t state = CALLPOP_RINGING;
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::vector<contact> contacts;
    std::optional<std::string> replaces;
    std::optional<std::string> group;
    std::optional<std::chrono::system_clock::time_point> time;
};

namespace detail {

/** A contact as C has it; it lives as long as the one that it is made of. */
class c_contact {
public:
    explicit c_contact(const contact &of) : extras_(pairs(of.extras)), contact_() {
        contact_.size = sizeof contact_;
        contact_.id = of.id.c_str();
        contact_.name = of.name.c_str();
        contact_.phone = of.phone.c_str();
        contact_.type = chars_or_null(of.type);
        contact_.adapter = chars_or_null(of.adapter);
        contact_.extras = extras_.data();
        contact_.extra_count = extras_.size();
    }
    const callpop_contact *get() const noexcept { return &contact_; }

private:
    std::vector<callpop_pair> extras_;
    callpop_contact contact_;
};

class c_log {
public:
    explicit c_log(const log &of) : extras_(pairs(of.extras)), log_() {
        log_.size = sizeof log_;
        log_.log_id = of.log_id.c_str();
        log_.contact_id = chars_or_null(of.contact_id);
        log_.contact_type = chars_or_null(of.contact_type);
        log_.extras = extras_.data();
        log_.extra_count = extras_.size();
    }
    const callpop_log *get() const noexcept { return &log_; }

private:
    std::vector<callpop_pair> extras_;
    callpop_log log_;
};

class c_event {
public:
    explicit c_event(const event &of) : event_() {
        using std::chrono::milliseconds;
        // Their places do not change from here on.
        owners_.reserve(of.contacts.size());
        for (const contact &each : of.contacts) {
            owners_.emplace_back(each);
            contacts_.push_back(*owners_.back().get());
        }
        event_.size = sizeof event_;
        event_.call_id = of.call_id.c_str();
        event_.direction = of.direction;
        event_.state = of.state;
        event_.from = chars(of.from);
        event_.to = chars(of.to);
        event_.contacts = contacts_.data();
        event_.contact_count = contacts_.size();
        event_.replaces = chars(of.replaces);
        event_.group = chars(of.group);
        if (of.time) {
            event_.time_ms =
                std::chrono::duration_cast<milliseconds>(of.time->time_since_epoch()).count();
        }
    }
    const callpop_event *get() const noexcept { return &event_; }

private:
    std::vector<c_contact> owners_;
    std::vector<callpop_contact> contacts_;
    callpop_event event_;
};

} // namespace detail

/** A host: what finds, loads and calls adapters. Its functions may be called from any thread. */
class host {
public:
    /** With the usual options. */
    host() { detail::check(callpop_host_create(nullptr, &owned_)); }

    explicit host(const options &of) {
        std::vector<const char *> folders;
        for (const std::string &folder : of.plugins_folders) {
            folders.push_back(folder.c_str());
        }
        callpop_options options = {};
        options.size = sizeof options;
        options.home = detail::chars(of.home);
        options.plugins_folders = folders.data();
        options.plugins_folder_count = folders.size();
        options.worker_program = detail::chars(of.worker_program);
        options.policy_file = detail::chars(of.policy_file);
        options.isolation = of.isolation;
        options.require = of.require;
        options.pages = of.pages;
        options.contacts = of.contacts;
        options.require_sandbox = of.require_sandbox ? 1 : 0;
        options.page_deadline_ms = of.page_deadline_ms;
        options.unauthorize_deadline_ms = of.unauthorize_deadline_ms;
        options.notification_count = of.notification_count;
        detail::check(callpop_host_create(&options, &owned_));
    }

    host(host &&other) noexcept : owned_(std::exchange(other.owned_, nullptr)) {}
    host &operator=(host &&other) noexcept {
        if (this != &other) {
            callpop_host_destroy(std::exchange(owned_, std::exchange(other.owned_, nullptr)));
        }
        return *this;
    }
    host(const host &) = delete;
    host &operator=(const host &) = delete;
    ~host() { callpop_host_destroy(owned_); }

    /** The handle, which stays this object's. */
    callpop_host *get() const noexcept { return owned_; }

    /** Destroys the host now, as from another thread that wants to end take_notification(). */
    void destroy() { detail::check(callpop_host_destroy(std::exchange(owned_, nullptr))); }

    /** Any method of the JSON interface. See callpop_call(). */
    text call(const std::string &method, std::string_view params = "{}") const {
        return created([&](callpop_text **text) {
            return callpop_call(owned_, method.c_str(), params.data(), params.size(), text);
        });
    }

    /** See callpop_adapters(). */
    text adapters() const {
        return created([&](callpop_text **text) { return callpop_adapters(owned_, text); });
    }

    /** See callpop_release_adapter(). */
    text release_adapter(const std::string &adapter) const {
        return created([&](callpop_text **text) {
            return callpop_release_adapter(owned_, adapter.c_str(), text);
        });
    }

    /** See callpop_connect(). */
    text connect(const std::string &adapter, const std::string &address,
                 const std::map<std::string, std::string> &values = {}) const {
        const auto pairs = detail::pairs(values);
        return created([&](callpop_text **text) {
            return callpop_connect(owned_, adapter.c_str(), address.c_str(), pairs.data(),
                                   pairs.size(), text);
        });
    }

    /** See callpop_accounts(). */
    text accounts() const {
        return created([&](callpop_text **text) { return callpop_accounts(owned_, text); });
    }

    /** See callpop_settings(). */
    text settings(const std::string &adapter) const {
        return created([&](callpop_text **text) {
            return callpop_settings(owned_, adapter.c_str(), text);
        });
    }

    /** See callpop_change_settings(): nothing as a value has the default hold again. */
    text change_settings(const std::string &adapter,
                         const std::map<std::string, std::optional<std::string>> &values) const {
        std::vector<callpop_pair> pairs;
        for (const auto &[name, value] : values) {
            pairs.push_back({name.c_str(), detail::chars(value)});
        }
        return created([&](callpop_text **text) {
            return callpop_change_settings(owned_, adapter.c_str(), pairs.data(), pairs.size(), text);
        });
    }

    /** See callpop_log_out(). */
    text log_out(const std::string &adapter) const {
        return created([&](callpop_text **text) {
            return callpop_log_out(owned_, adapter.c_str(), text);
        });
    }

    /** See callpop_call_event(). */
    text call_event(const event &event) const {
        const detail::c_event c(event);
        return created([&](callpop_text **text) {
            return callpop_call_event(owned_, c.get(), text);
        });
    }

    /** See callpop_choose(). */
    text choose(const event &event, const std::string &adapter, const contact &contact) const {
        const detail::c_event c(event);
        const detail::c_contact chosen(contact);
        return created([&](callpop_text **text) {
            return callpop_choose(owned_, c.get(), adapter.c_str(), chosen.get(), text);
        });
    }

    /** See callpop_contact_created(). */
    text contact_created(const event &event, const std::string &adapter,
                         const contact &contact) const {
        const detail::c_event c(event);
        const detail::c_contact made(contact);
        return created([&](callpop_text **text) {
            return callpop_contact_created(owned_, c.get(), adapter.c_str(), made.get(), text);
        });
    }

    /** See callpop_open_contact_page(). */
    text open_contact_page(const std::string &adapter, const contact &contact) const {
        const detail::c_contact c(contact);
        return created([&](callpop_text **text) {
            return callpop_open_contact_page(owned_, adapter.c_str(), c.get(), text);
        });
    }

    /** See callpop_open_log_page(). */
    text open_log_page(const std::string &adapter, const log &log,
                       const std::optional<contact> &contact = std::nullopt) const {
        const detail::c_log c(log);
        const auto with = c_contact(contact);
        return created([&](callpop_text **text) {
            return callpop_open_log_page(owned_, adapter.c_str(), c.get(),
                                         with ? with->get() : nullptr, text);
        });
    }

    /** What "Open call log" opens: CALLPOP_OPENS_NOTHING and so on. See callpop_log_menu(). */
    std::int32_t log_menu(const std::string &adapter, const log &log,
                          const std::optional<contact> &contact = std::nullopt) const {
        const detail::c_log c(log);
        const auto with = c_contact(contact);
        std::int32_t opens = CALLPOP_OPENS_NOTHING;
        detail::check(callpop_log_menu(owned_, adapter.c_str(), c.get(),
                                       with ? with->get() : nullptr, &opens));
        return opens;
    }

    /** See callpop_watch(). */
    void watch() const { detail::check(callpop_watch(owned_)); }
    /** See callpop_unwatch(). */
    void unwatch() const { detail::check(callpop_unwatch(owned_)); }

    /** What the host tells unasked; nothing if nothing came in that time. See
     * callpop_take_notification(). */
    std::optional<text> take_notification(std::uint32_t patience_ms = 0) const {
        callpop_text *created = nullptr;
        const callpop_status status = callpop_take_notification(owned_, patience_ms, &created);
        if (status == CALLPOP_NOTHING) {
            return std::nullopt;
        }
        detail::check(status);
        return text(created);
    }

private:
    template <typename Function> static text created(Function &&function) {
        callpop_text *created = nullptr;
        detail::check(function(&created));
        return text(created);
    }

    static std::optional<detail::c_contact> c_contact(const std::optional<contact> &of) {
        return of ? std::optional<detail::c_contact>(*of) : std::nullopt;
    }

    callpop_host *owned_ = nullptr;
};

} // namespace callpop

#endif /* CALLPOP_HPP */
