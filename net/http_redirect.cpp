#include "http_redirect.hpp"

#include <eddy/http_error.hpp>
#include <eddy/percent_encoding.hpp>

#include "http_text.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <utility>

namespace eddy::http {

namespace {

constexpr std::size_t longest_location = 8 * 1024;

std::string_view location_of(const headers& fields) {
    const std::string_view location = *fields.find("location");
    for (const header each : fields) {
        if (equals_ignoring_case(each.name, "location") && each.value != location) {
            throw error(error_kind::bad_location, "two different Locations");
        }
    }
    if (location.size() > longest_location)
        throw error(error_kind::bad_location, "the Location is too long");
    return location;
}

// Servers whose paths are in Latin-1, say, mean these bytes: read as UTF-8 they would be lost.
std::string without_foreign_bytes(std::string_view location) {
    std::string text(location);
    if (well_formed_utf8(location) == text) return text;
    return percent_encode(location, percent_encode_set::c0_control);
}

std::string shown(std::string_view location) {
    return "the Location is \"" + redacted_text(location) + '"';
}

url target_of(const url& from, std::string_view location) {
    auto found = from.resolve(without_foreign_bytes(location));
    if (!found) throw error(error_kind::bad_location, shown(location));
    // Whoever redirects has no say about who we are.
    const url target = found->with_credentials_removed();
    if (target.scheme() != "http" && target.scheme() != "https") {
        throw error(error_kind::redirect_scheme, shown(location));
    }
    if (from.scheme() == "https" && target.scheme() == "http") {
        throw error(error_kind::redirect_downgrade, "from https to " + std::string(target.href()));
    }
    return target;
}

method method_after(int status, method verb) noexcept {
    const bool see_other = status == 303 && verb != method::head;
    const bool post_moved = (status == 301 || status == 302) && verb == method::post;
    return see_other || post_moved ? method::get : verb;
}

void drop_body(request_plan& plan) {
    plan.body.clear();
    for (const auto name :
         {"Content-Type", "Content-Length", "Content-Encoding", "Content-Language"}) {
        plan.headers.remove(name);
    }
}

}  // namespace

bool is_redirect(const message_head& answer) noexcept {
    switch (answer.status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308: return answer.headers.contains("location");
        default: return false;
    }
}

void follow_redirect(request_plan& plan, const message_head& answer, int limit) {
    if (std::ssize(plan.history) >= limit) {
        throw error(error_kind::too_many_redirects,
                    std::to_string(limit) + " redirects and no end");
    }
    const url target = target_of(plan.where, location_of(answer.headers));
    const method verb = method_after(answer.status, plan.verb);

    plan.history.emplace_back(plan.where.href());
    plan.visited.emplace_back(plan.verb, plan.where);
    if (std::ranges::find(plan.visited, std::pair(verb, target)) != plan.visited.end()) {
        throw error(error_kind::redirect_loop, "back to " + std::string(target.href()));
    }
    // "See other" asks for another page, whatever was sent to this one (RFC 9110, 15.4.4).
    if (verb != plan.verb || answer.status == 303) drop_body(plan);
    if (!same_origin(plan.where, target)) {
        plan.headers.remove_sensitive();
        plan.headers.remove("Host");
        plan.left_origin = true;
    }
    plan.verb = verb;
    plan.where = target;
}

}  // namespace eddy::http
