#include <eddy/backend.hpp>

#include "backends.hpp"

#include <cstdlib>
#include <stdexcept>

namespace eddy {
namespace {

std::string list_of_names() {
    std::string list;
    for (const backend_kind& kind : known_backends()) {
        list.append(list.empty() ? "" : ", ").append(kind.name);
    }
    return list;
}

backend_choice make_named(std::string_view name, std::string reason) {
    for (const backend_kind& kind : known_backends()) {
        if (kind.name != name) continue;
        std::error_code error;
        std::unique_ptr<backend> made = kind.make(error);
        if (!made) throw std::system_error(error, std::string(name) + " backend (" + reason + ")");
        return backend_choice{std::move(made), std::move(reason)};
    }
    throw std::invalid_argument("unknown backend \"" + std::string(name) + "\" (" + reason +
                                "); this system has: " + list_of_names());
}

backend_choice make_best() {
    std::string reason;
    std::error_code error;
    for (const backend_kind& kind : known_backends()) {
        if (auto made = kind.make(error)) {
            if (reason.empty()) reason = "the preferred backend of this system";
            return backend_choice{std::move(made), std::move(reason)};
        }
        reason.append(reason.empty() ? "" : "; ");
        reason.append(kind.name).append(" was refused: ").append(error.message());
    }
    throw std::system_error(error, "no backend works here: " + reason);
}

}  // namespace

backend_choice make_backend(std::string_view name) {
    if (!name.empty()) return make_named(name, "asked for by the program");
    const char* const wanted = std::getenv("EDDY_BACKEND");
    if (wanted != nullptr && *wanted != '\0')
        return make_named(wanted, "asked for by EDDY_BACKEND");
    return make_best();
}

std::vector<std::string_view> backend_names() {
    std::vector<std::string_view> names;
    for (const backend_kind& kind : known_backends()) names.push_back(kind.name);
    return names;
}

}  // namespace eddy
