#pragma once

#include "http_parser.hpp"

#include <string>

namespace eddy::http {

/// The only place that knows llhttp.
class head_grammar {
public:
    /// Parses `text`, a whole head with every line ended by CR LF, and keeps it in `head.headers`,
    /// whose fields become views of it. Throws http::error if llhttp refuses it.
    static void parse(std::string text, message_kind kind, message_head& head);

private:
    struct collector;
};

}  // namespace eddy::http
