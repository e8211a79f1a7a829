// Who may be in the vectors together: usearch adds from several threads at once, and searches from several, but a search
// does not look out for what is being added. In the order in which they came, so that nobody waits for ever.
#ifndef DOORS_HPP
#define DOORS_HPP

#include <condition_variable>
#include <cstdint>
#include <mutex>

enum class guest { looks, adds, alone };

class doors {
public:
    void enter(guest who) {
        std::unique_lock<std::mutex> lock(mutex_);
        const uint64_t ticket = last_++;
        changed_.wait(lock, [&] { return ticket == next_ && (inside_ == 0 || (who == kind_ && who != guest::alone)); });
        next_++;
        inside_++;
        kind_ = who;
        // The next one may be of the same kind.
        if (last_ != next_) changed_.notify_all();
    }

    void leave() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (--inside_ == 0 && last_ != next_) changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    uint64_t last_ = 0, next_ = 0;
    size_t inside_ = 0;
    guest kind_ = guest::looks;
};

// A stay that ends with its scope.
class stay {
public:
    stay(doors &doors, guest who) : doors_(doors) { doors_.enter(who); }
    stay(const stay &) = delete;
    stay &operator=(const stay &) = delete;
    ~stay() { doors_.leave(); }

private:
    doors &doors_;
};

#endif // DOORS_HPP
