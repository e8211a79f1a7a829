// Turns at the rooms that usearch works in. A call has a room to itself. Whoever may not be in beside those who are, or finds no
// room, waits in a line.
#ifndef TURNS_HPP
#define TURNS_HPP

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <vector>

// What a call does in its room.
enum class visit {
    // Goes through the graph; vectors may be added meanwhile.
    walk,
    // Reads vectors by their row, or all of them: of one that is being added, usearch has a row and no vector yet.
    look,
    // Looks at all of them for long: others who read need not wait for who waits for this.
    save,
    // Adds a vector for which there is a place.
    add,
    // Changes what all others read.
    alone,
};

class turns {
public:
    explicit turns(size_t rooms) : guests_(rooms) {
        for (size_t room = 0; room < rooms; room++) free_.push_back(room);
    }

    // `row`: of an add.
    size_t take(visit as, uint64_t row) {
        std::unique_lock<std::mutex> lock(mutex_);
        if (!(line_.empty() || passes(as)) || !may_enter(as, row)) {
            const auto place = line_.insert(line_.end(), as);
            changed_.wait(lock, [&] { return (place == line_.begin() || passes(as)) && may_enter(as, row); });
            line_.erase(place);
            // The next one may be able to enter, too.
            changed_.notify_all();
        }
        const size_t room = free_.back();
        free_.pop_back();
        const bool met = inside(visit::add) > 0;
        guests_[room] = {as, row, as == visit::add ? ++clock_ : clock_, met};
        inside(as)++;
        return room;
    }

    void give_back(size_t room) noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        leave(room);
    }

    // Whether vectors were added at any time since the turn began.
    bool met_add(size_t room) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return guests_[room].met || clock_ != guests_[room].begin;
    }

    // Ends the turn of an add, and waits for the end of those that were beside it. True: one of them or this one was `tall`.
    bool end_add(size_t room, bool tall) {
        std::unique_lock<std::mutex> lock(mutex_);
        const guest self = guests_[room];
        const bool met = self.met || clock_ != self.begin;
        const uint64_t end = ++clock_;
        if (tall) tall_ = end;
        leave(room);
        if (!met) return false;
        const auto before = [end](const guest &one) { return one.adds() && one.begin < end; };
        graces_++;
        changed_.wait(lock, [&] { return std::none_of(guests_.begin(), guests_.end(), before); });
        graces_--;
        return tall_ > self.begin;
    }

private:
    struct guest {
        visit as;
        uint64_t row;
        // The clock when the turn began; 0 in a room that is free.
        uint64_t begin;
        // Vectors were being added then.
        bool met;

        bool adds() const noexcept { return begin != 0 && as == visit::add; }
    };

    size_t &inside(visit as) noexcept { return inside_[(size_t)as]; }
    size_t inside(visit as) const noexcept { return inside_[(size_t)as]; }

    // Whether it need not wait for those before it in the line.
    bool passes(visit as) const noexcept {
        return inside(visit::save) > 0 && as != visit::add && as != visit::alone;
    }

    // Whether those who are inside let it in.
    bool may_enter(visit as, uint64_t row) const noexcept {
        if (as == visit::alone) return free_.size() == guests_.size();
        if (free_.empty() || inside(visit::alone) > 0) return false;
        if (as == visit::walk) return true;
        if (as != visit::add) return inside(visit::add) == 0;
        const auto same = [row](const guest &one) { return one.adds() && one.row == row; };
        return inside(visit::look) + inside(visit::save) == 0 && std::none_of(guests_.begin(), guests_.end(), same);
    }

    void leave(size_t room) noexcept {
        inside(guests_[room].as)--;
        guests_[room].begin = 0;
        // There was room for it before.
        free_.push_back(room);
        if (graces_ > 0 || !line_.empty()) changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<visit> line_;
    // How many wait for the end of others' adds.
    size_t graces_ = 0;
    // Counts how often an add began or ended; when one ended that was tall, the last time.
    uint64_t clock_ = 1, tall_ = 0;
    // How many are inside, for each sort of visit.
    size_t inside_[5] = {0, 0, 0, 0, 0};
    std::vector<guest> guests_;
    std::vector<size_t> free_;
};

// A turn that ends with its scope.
class turn {
public:
    turn(turns &all, visit as, uint64_t row = 0) : all_(all), room_(all.take(as, row)) {}
    turn(const turn &) = delete;
    turn &operator=(const turn &) = delete;
    ~turn() {
        if (!ended_) all_.give_back(room_);
    }
    size_t room() const noexcept { return room_; }
    bool met_add() const { return all_.met_add(room_); }
    bool end_add(bool tall) {
        ended_ = true;
        return all_.end_add(room_, tall);
    }

private:
    turns &all_;
    const size_t room_;
    bool ended_ = false;
};

#endif // TURNS_HPP
