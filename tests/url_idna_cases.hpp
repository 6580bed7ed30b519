#pragma once

#include "url_cases.hpp"
#include "url_failure_cases.hpp"

// Hosts outside of ASCII.
namespace url_cases {

inline constexpr url_case unicode_hosts[] = {
    {"http://xn--fa-hia.de/", "http://xn--fa-hia.de/"},
    {"http://XN--FA-HIA.de/", "http://xn--fa-hia.de/"},
    {"http://faß.de/", "http://xn--fa-hia.de/"},
    {"http://bücher.example/", "http://xn--bcher-kva.example/"},
    {"http://BÜCHER.example/", "http://xn--bcher-kva.example/"},
    {"http://bu\u0308cher.example/", "http://xn--bcher-kva.example/"},
    {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"},
    {"http://ｅｘａｍｐｌｅ．ｃｏｍ/", "http://example.com/"},
    {"http://日本語。jp/", "http://xn--wgv71a119e.jp/"},
    {"http://παράδειγμα.δοκιμή/", "http://xn--hxajbheg2az3al.xn--jxalpdlp/"},
    {"http://βόλος.gr/", "http://xn--nxasmm1c.gr/"},
    {"http://\u0430ррӏе.com/", "http://xn--80ak6aa92e.com/"},
    {"http://\u0645\u062b\u0627\u0644.\u0625\u062e\u062a\u0628\u0627\u0631/",
     "http://xn--mgbh0fb.xn--kgbechtv/"},
    {"http://\u05e9\u05dc\u05d5\u05dd.il/", "http://xn--9dbne9b.il/"},
    {"http://☃.net/", "http://xn--n3h.net/"},
    {"http://💩.la/", "http://xn--ls8h.la/"},
    {"http://xn--ls8h.la/", "http://xn--ls8h.la/"},
    {"http://I❤\ufe0f.ws/", "http://xn--i-7iq.ws/"},
    {"http://Go%C2%ADogle.com/", "http://google.com/"},
    {"http://\u200bexample.com/", "http://example.com/"},
    {"http://क्\u200dष.com/", "http://xn--11b2ezcw70k.com/"},
    {"http://a.xn--p1ai./", "http://a.xn--p1ai./"},
    {"http://ⅷ.com/", "http://viii.com/"},
    {"http://１２７．０．０．１/", "http://127.0.0.1/"},
    {"http://①②⑦.1/", "http://127.0.0.1/"},
    {"http://⑯⑨。②⑤④。⑯⑨｡②⑤④/", "http://169.254.169.254/"},
    {"http://ex\u0430mple.com/", "http://xn--exmple-4nf.com/"},
};

inline constexpr failure_case unicode_failures[] = {
    {"http://℀.com/", forbidden_host_character},
    {"http://\u00ad/", invalid_domain},
    {"http://xn--/", invalid_domain},
    {"http://xn--a/", invalid_domain},
    {"http://xn--ü/", invalid_domain},
    {"http://xn--1ugmple/", invalid_domain},
    {"http://a.xn--iñvalid/", invalid_domain},
    {"http://\ufffd/", invalid_domain},
    {"http://%ff/", invalid_domain},
    {"http://%ed%a0%80/", invalid_domain},
    {"http://a\u200db/", invalid_domain},
    {"http://\u0308a/", invalid_domain},
    {"http://\u05d0a/", invalid_domain},
    {"http://⒈com/", invalid_domain},
    {"http://☃\u05e9\u05dc\u05d5\u05dd/", invalid_domain},
    {"http://\u0661.1/", invalid_domain},
};

}  // namespace url_cases
