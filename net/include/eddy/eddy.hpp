#pragma once

// All of eddy. Each header can also be included alone.

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/queue.hpp>
#include <eddy/run.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tcp_stream.hpp>
#include <eddy/timeout.hpp>
