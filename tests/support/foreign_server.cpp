#include "foreign_server.hpp"

#include <eddy/socket.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view python_program = R"(
import functools, http.server, os, socket, ssl, sys, threading

class handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, form, *arguments): pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/old":
            self.protocol_version = "HTTP/1.0"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(body), 1000):
            piece = body[at:at + 1000]
            self.wfile.write(b"%x;piece=%d\r\n%s\r\n" % (len(piece), at, piece))
        self.wfile.write(b"0\r\nDigest: none\r\n\r\n")

def serve(number, secure):
    server = http.server.ThreadingHTTPServer(("", 0), functools.partial(handler, directory="www"), False)
    server.socket = socket.socket(fileno=number)
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("chain.pem", "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()

threading.Thread(target=serve, args=(3, False)).start()
serve(4, True)
)";

// `$folder`, `$plain` and `$secure` are filled in.
constexpr std::string_view nginx_configuration = R"(
daemon off;
user root;
worker_processes 1;
error_log $folder/log;
pid $folder/pid;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    keepalive_requests 10;
    server {
        listen $plain;
        listen $secure ssl;
        ssl_certificate $folder/chain.pem;
        ssl_certificate_key $folder/key.pem;
        root $folder/www;
        location /moved { return 302 /large; }
        location /elsewhere { return 301 http://$secure/; }
    }
}
)";

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

unique_handle listen(endpoint& at) {
    std::error_code error;
    unique_handle socket = open_socket(address_family::ipv4, socket_type::stream, error);
    if (!error) error = bind_socket(socket.get(), endpoint::loopback());
    if (!error) error = listen_socket(socket.get(), 128);
    if (!error) at = local_endpoint(socket.get(), error);
    if (error) throw std::system_error(error, "listen");
    return socket;
}

}  // namespace

foreign_server::foreign_server(kind which)
    : plain_(listen(plain_at_)), secure_(listen(secure_at_)) {
    write("index.html", "<p>hello</p>\n");
    const certificate own = authority_.issue("127.0.0.1");
    own.write(folder_.path("chain.pem"), folder_.path("key.pem"));
    if (which == kind::nginx)
        start_nginx();
    else
        start_python();
}

foreign_server::~foreign_server() {
    process_.send_to_group(process_signal::kill);
    process_.wait(10s);
    std::error_code ignored;
    process_.reap(ignored);
}

void foreign_server::write(std::string_view name, std::string_view text) const {
    folder_.write("www/" + std::string(name), text);
}

std::string foreign_server::http(std::string_view path) const {
    return "http://" + plain_at_.to_string() + std::string(path);
}

std::string foreign_server::https(std::string_view path) const {
    return "https://" + secure_at_.to_string() + std::string(path);
}

std::string foreign_server::log() const {
    std::ostringstream text;
    text << std::ifstream(folder_.path("log")).rdbuf();
    return text.str();
}

// nginx (which without a master process crashes when it is given sockets) takes over listening
// sockets whose numbers stand in NGINX: it is how one nginx hands its sockets to the next when its
// program file is upgraded.
void foreign_server::start_nginx() {
    std::string text(nginx_configuration);
    text = replace_all(text, "$folder", folder_.path().string());
    text = replace_all(text, "$plain", plain_at_.to_string());
    text = replace_all(text, "$secure", secure_at_.to_string());
    folder_.write("nginx.conf", text);
    start("/usr/sbin/nginx",
          {"nginx", "-p", folder_.path().string(), "-e", folder_.path("log"), "-c",
           folder_.path("nginx.conf")},
          {"NGINX=3;4;"});
}

void foreign_server::start_python() {
    const std::string program =
        "import os; os.chdir(\"" + folder_.path().string() + "\")\n" + std::string(python_program);
    start("/usr/bin/python3", {"python3", "-c", program}, {});
}

void foreign_server::start(const std::string& program, std::vector<std::string> arguments,
                           std::vector<std::string> environment) {
    const unique_handle executable(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
    if (!executable) throw std::runtime_error("this test needs " + program);
    process_start what;
    what.executable = executable.get();
    what.arguments = std::move(arguments);
    what.environment = std::move(environment);
    what.handles = {plain_.get(), secure_.get()};
    what.empty_input = true;
    what.own_group = true;  // nginx has a worker process, which must go with it
    std::error_code error;
    process_ = child_process::start(what, error);
    if (error) throw std::system_error(error, "start " + program);
    // From now on only the server listens: if it dies, connecting fails instead of hanging.
    plain_.reset();
    secure_.reset();
}

}  // namespace eddy::testing
