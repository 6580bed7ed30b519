#include <eddy/url.hpp>

namespace eddy {

namespace {

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "url"; }

    std::string message(int value) const override {
        switch (static_cast<url_error>(value)) {
            case url_error::none: return "no error";
            case url_error::too_long: return "it is longer than 1 MiB";
            case url_error::missing_scheme: return "it has no scheme, and there is no base URL";
            case url_error::opaque_base:
                return "only a fragment can be resolved against such a base";
            case url_error::missing_host: return "the host is missing";
            case url_error::forbidden_host_character:
                return "the host contains a forbidden character";
            case url_error::invalid_domain: return "the host is not a valid domain name";
            case url_error::no_idna:
                return "the host is not in ASCII, and eddy was built without libidn2";
            case url_error::invalid_ipv4: return "the host is not a valid IPv4 address";
            case url_error::invalid_ipv6: return "the host is not a valid IPv6 address";
            case url_error::invalid_port: return "the port is not a number";
            case url_error::port_out_of_range: return "the port is greater than 65535";
        }
        return "unknown URL error";
    }
};

}  // namespace

const std::error_category& url_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(url_error error) noexcept {
    return {static_cast<int>(error), url_category()};
}

}  // namespace eddy
