#include <eddy/suspension.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

void suspension::throw_if_interrupted() const {
    if (interrupted_) throw cancelled();
}

}  // namespace eddy
