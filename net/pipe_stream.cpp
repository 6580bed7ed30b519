#include <eddy/pipe_stream.hpp>

namespace eddy {

task<> pipe_stream::close() {
    handle_.close();
    co_return;
}

}  // namespace eddy
