// Turns at the rooms that usearch works in: a call has one to itself, and a call too many waits for one.
#ifndef TURNS_HPP
#define TURNS_HPP

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

class turns {
public:
    explicit turns(size_t rooms) {
        for (size_t room = 0; room < rooms; room++) free_.push_back(room);
    }

    size_t take() {
        std::unique_lock<std::mutex> lock(mutex_);
        came_back_.wait(lock, [this] { return !free_.empty(); });
        const size_t room = free_.back();
        free_.pop_back();
        return room;
    }

    void give_back(size_t room) noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        // There was room for it before.
        free_.push_back(room);
        came_back_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable came_back_;
    std::vector<size_t> free_;
};

// A turn that ends with its scope.
class turn {
public:
    explicit turn(turns &all) : all_(all), room_(all.take()) {}
    turn(const turn &) = delete;
    turn &operator=(const turn &) = delete;
    ~turn() { all_.give_back(room_); }
    size_t room() const noexcept { return room_; }

private:
    turns &all_;
    const size_t room_;
};

#endif // TURNS_HPP
