#pragma once

// All of eddy. Each header can also be included alone.

// Tasks and their structure.
#include <eddy/as_completed.hpp>
#include <eddy/as_result.hpp>
#include <eddy/async_generator.hpp>
#include <eddy/call_later.hpp>
#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/race.hpp>
#include <eddy/run.hpp>
#include <eddy/signal_watch.hpp>
#include <eddy/sleep.hpp>
#include <eddy/task_group.hpp>
#include <eddy/task_local.hpp>
#include <eddy/timeout.hpp>
#include <eddy/wait.hpp>

// What tasks share.
#include <eddy/barrier.hpp>
#include <eddy/condition.hpp>
#include <eddy/event.hpp>
#include <eddy/lifo_queue.hpp>
#include <eddy/lock.hpp>
#include <eddy/priority_queue.hpp>
#include <eddy/queue.hpp>
#include <eddy/semaphore.hpp>

// Files.
#include <eddy/file.hpp>

// Pools.
#include <eddy/fork_join.hpp>
#include <eddy/futures.hpp>
#include <eddy/loop_pool.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/thread_pool.hpp>
#include <eddy/to_thread.hpp>

// Other programs.
#include <eddy/run_process.hpp>

// The network.
#include <eddy/buffered_reader.hpp>
#include <eddy/certificate.hpp>
#include <eddy/http_client.hpp>
#include <eddy/http_server.hpp>
#include <eddy/open_connection.hpp>
#include <eddy/query_string.hpp>
#include <eddy/resolver.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tcp_stream.hpp>
#include <eddy/tls_stream.hpp>
#include <eddy/udp_socket.hpp>
#include <eddy/unix_datagram.hpp>
#include <eddy/unix_listener.hpp>
#include <eddy/unix_stream.hpp>
#include <eddy/url.hpp>
