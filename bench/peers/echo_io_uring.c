// The least that an echo server on io_uring can do: one io_uring_enter for many messages. What has
// come is sent and the next receive is asked for in one go, linked to each other, and only the
// receive is reported.

#define _GNU_SOURCE
#include "echo_listen.h"

#include <liburing.h>

enum { entries = 4096 };

static struct io_uring ring;
static char* buffers[descriptors];

static struct io_uring_sqe* next_request(void) {
    struct io_uring_sqe* request;
    while ((request = io_uring_get_sqe(&ring)) == NULL) io_uring_submit(&ring);
    return request;
}

static void accept_all(int listener) {
    struct io_uring_sqe* const request = next_request();
    io_uring_prep_multishot_accept(request, listener, NULL, NULL, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(request, 0);
}

static void receive(int socket) {
    struct io_uring_sqe* const request = next_request();
    io_uring_prep_recv(request, socket, buffers[socket], buffer_size, 0);
    io_uring_sqe_set_data64(request, (unsigned)socket);
}

static void send_back(int socket, int size) {
    struct io_uring_sqe* const request = next_request();
    io_uring_prep_send(request, socket, buffers[socket], (size_t)size, MSG_NOSIGNAL | MSG_WAITALL);
    io_uring_sqe_set_flags(request, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
    io_uring_sqe_set_data64(request, 1);
}

static void begin(int socket) {
    must(socket < descriptors, "too many connections");
    if (buffers[socket] == NULL) buffers[socket] = malloc(buffer_size);
    must(buffers[socket] != NULL, "malloc");
    send_at_once(socket);
    receive(socket);
}

// User data: 0 for the listener, 1 for a send that failed, else the socket of a receive.
static void answer(const struct io_uring_cqe* completion, int listener) {
    const int socket = (int)completion->user_data;
    if (socket == 1) return;
    if (socket == 0) {
        if (completion->res >= 0) begin(completion->res);
        if (!(completion->flags & IORING_CQE_F_MORE)) accept_all(listener);
    } else if (completion->res > 0) {
        send_back(socket, completion->res);
        receive(socket);
    } else {
        close(socket);
    }
}

int main(void) {
    const int listener = listen_somewhere();
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
    };
    must(io_uring_queue_init_params(entries, &ring, &params) == 0, "io_uring_queue_init_params");
    accept_all(listener);
    for (;;) {
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe* completion;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, completion) {
            answer(completion, listener);
            ++seen;
        }
        io_uring_cq_advance(&ring, seen);
    }
}
