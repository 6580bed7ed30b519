// libuv's echo server. A connection has one buffer and one write under way at most.

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct connection {
    uv_tcp_t stream;
    uv_write_t write;
    char buffer[4096];
};

static void on_closed(uv_handle_t* handle) {
    free(handle->data);
}

static void give_buffer(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
    struct connection* const on = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(on->buffer, sizeof on->buffer);
}

static void on_written(uv_write_t* write, int status) {
    if (status < 0) uv_close((uv_handle_t*)write->handle, on_closed);
}

static void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* from) {
    struct connection* const on = stream->data;
    if (size < 0) {
        uv_close((uv_handle_t*)stream, on_closed);
    } else if (size > 0) {
        uv_buf_t bytes = uv_buf_init(from->base, (unsigned)size);
        uv_write(&on->write, stream, &bytes, 1, on_written);
    }
}

static void on_connection(uv_stream_t* listener, int status) {
    if (status < 0) return;
    struct connection* const on = malloc(sizeof *on);
    if (on == NULL) abort();
    uv_tcp_init(listener->loop, &on->stream);
    on->stream.data = on;
    if (uv_accept(listener, (uv_stream_t*)&on->stream) != 0) {
        uv_close((uv_handle_t*)&on->stream, on_closed);
        return;
    }
    uv_tcp_nodelay(&on->stream, 1);
    uv_read_start((uv_stream_t*)&on->stream, give_buffer, on_read);
}

int main(void) {
    uv_loop_t* const loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    int size = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    if (uv_tcp_bind(&listener, (struct sockaddr*)&address, 0) != 0 ||
        uv_listen((uv_stream_t*)&listener, 1024, on_connection) != 0)
        return 1;
    uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
