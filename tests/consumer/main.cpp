// Uses something of each layer, so that a dependency which the package forgot is missed at link
// time: a server whose pages are computed on a thread pool, and a client that asks for one of them.

#include <eddy/eddy.hpp>
#include <eddy/http_client.hpp>
#include <eddy/http_server.hpp>
#include <eddy/thread_pool.hpp>

#include <iostream>
#include <string>

namespace {

int sum_of_squares(int count) {
    int sum = 0;
    for (int i = 1; i <= count; ++i) sum += i * i;
    return sum;
}

eddy::task<eddy::http::response> answer(eddy::http::request, eddy::thread_pool* pool) {
    const int sum = co_await pool->submit(sum_of_squares, 10);
    co_return eddy::http::response(200, std::to_string(sum));
}

eddy::task<std::string> ask_a_server(eddy::thread_pool* pool) {
    eddy::http::server server(answer, pool);
    const eddy::endpoint at = server.listen(eddy::endpoint::loopback());
    auto serving = eddy::create_task(server.serve());

    eddy::http::client client;
    const eddy::http::response got = co_await client.get("http://" + at.to_string());
    co_await client.close();
    co_await server.close();
    co_await serving;
    co_return got.body;
}

}  // namespace

int main() {
    eddy::thread_pool pool(2);
    const std::string answer = eddy::run(ask_a_server(&pool));
    std::cout << "the sum of the first ten squares: " << answer << '\n';
    return answer == "385" ? 0 : 1;
}
