// The least that an echo server on epoll can do: one epoll_wait for many messages, one recv and one
// send for each.

#define _GNU_SOURCE
#include "echo_listen.h"

#include <fcntl.h>
#include <sys/epoll.h>

static void follow(int poller, int socket) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = socket};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
}

static void accept_all(int poller, int listener) {
    for (;;) {
        const int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (peer < 0) return;
        send_at_once(peer);
        follow(poller, peer);
    }
}

int main(void) {
    static struct epoll_event events[1024];
    static char buffer[buffer_size];
    const int listener = listen_somewhere();
    fcntl(listener, F_SETFL, O_NONBLOCK);
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    must(poller >= 0, "epoll_create1");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) == 0, "epoll_ctl");
    for (;;) {
        const int ready = epoll_wait(poller, events, 1024, -1);
        for (int i = 0; i < ready; ++i) {
            const int socket = events[i].data.fd;
            if (socket == listener) {
                accept_all(poller, listener);
                continue;
            }
            const ssize_t size = recv(socket, buffer, sizeof buffer, 0);
            if (size <= 0 || send(socket, buffer, (size_t)size, MSG_NOSIGNAL) != size)
                close(socket);
        }
    }
}
