// What index_usearch.cpp writes when it is saved: the name of the format, the watermark, the form of the vectors, what
// usearch writes, and a checksum. In this machine's byte order, as the vectors are: on another one the name is another.
#ifndef SAVED_HPP
#define SAVED_HPP

#include "form.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

// Written or summed at once; between two of them the caller is asked whether the call is to go on.
constexpr size_t SAVED_CHUNK = 1 << 16;
constexpr uint64_t SAVED_FORMAT = 0x7573656172636831; // "usearch1"
// Before what usearch writes: format, watermark, vectors beyond the first one of their row, dimensions, element, metric.
constexpr size_t SAVED_HEAD = 6 * sizeof(uint64_t);

// A sum that any change of one word changes: each step can be undone.
class checksum {
public:
    void add(const unsigned char *bytes, size_t len) noexcept {
        for (; len >= sizeof(uint64_t); bytes += sizeof(uint64_t), len -= sizeof(uint64_t)) {
            uint64_t word;
            std::memcpy(&word, bytes, sizeof word);
            step(word);
        }
        for (; len > 0; bytes++, len--) step(*bytes);
    }
    uint64_t value() const noexcept { return sum_; }

private:
    void step(uint64_t word) noexcept {
        sum_ = (sum_ ^ word) * 0x9E3779B97F4A7C15u;
        sum_ = sum_ << 31 | sum_ >> 33;
    }
    uint64_t sum_ = 0xCBF29CE484222325u;
};

class saver {
public:
    saver(soch::writer output, soch::call call) : output_(output), call_(call) { buffer_.reserve(SAVED_CHUNK); }

    // `several`: vectors beyond the first one of their row.
    void head(uint64_t watermark, uint64_t several, const form &form) {
        for (uint64_t number : {SAVED_FORMAT, watermark, several, form.dimensions, (uint64_t)form.element,
                                (uint64_t)form.metric}) {
            bytes(&number, sizeof number);
        }
    }

    void bytes(const void *from, size_t len) {
        const unsigned char *at = static_cast<const unsigned char *>(from);
        while (len > 0) {
            const size_t part = std::min(len, SAVED_CHUNK - buffer_.size());
            buffer_.insert(buffer_.end(), at, at + part);
            at += part, len -= part;
            if (buffer_.size() == SAVED_CHUNK) flush();
        }
    }

    void end() {
        flush();
        const uint64_t sum = sum_.value();
        output_.write(&sum, sizeof sum);
    }

private:
    void flush() {
        call_.go_on();
        sum_.add(buffer_.data(), buffer_.size());
        output_.write(buffer_.data(), buffer_.size());
        buffer_.clear();
    }

    soch::writer output_;
    soch::call call_;
    checksum sum_;
    std::vector<unsigned char> buffer_;
};

// What was saved, whole and of this form, or an error.
class loader {
public:
    loader(soch_bytes saved, const form &form, soch::call call) : at_(saved.ptr), call_(call) {
        if (saved.len < SAVED_HEAD + sizeof(uint64_t)) damaged();
        if (number() != SAVED_FORMAT) {
            throw soch::failure(SOCH_UNSUPPORTED, "saved in another format, or by a newer version");
        }
        end_ = saved.ptr + saved.len - sizeof(uint64_t);
        checksum sum;
        for (const unsigned char *at = saved.ptr; at < end_; at += SAVED_CHUNK) {
            call_.go_on();
            sum.add(at, std::min(SAVED_CHUNK, (size_t)(end_ - at)));
        }
        uint64_t expected;
        std::memcpy(&expected, end_, sizeof expected);
        if (sum.value() != expected) damaged();
        watermark_ = number();
        several_ = number();
        const uint64_t dimensions = number(), element = number(), metric = number();
        if (element != form.element || dimensions != form.dimensions || metric != (uint64_t)form.metric) {
            throw soch::failure(SOCH_UNSUPPORTED, "saved with another element, metric or number of dimensions");
        }
    }

    uint64_t watermark() const noexcept { return watermark_; }
    uint64_t several() const noexcept { return several_; }

    // False if there are not so many bytes.
    bool bytes(void *to, size_t len) {
        if ((size_t)(end_ - at_) < len) return false;
        if (taken_ / SAVED_CHUNK != (taken_ + len) / SAVED_CHUNK) call_.go_on();
        taken_ += len;
        std::memcpy(to, at_, len);
        at_ += len;
        return true;
    }

    void end() const {
        if (at_ != end_) damaged();
    }

    [[noreturn]] static void damaged() {
        throw soch::failure(SOCH_CORRUPTION, "the index is not as it was saved: build it anew");
    }

private:
    uint64_t number() {
        uint64_t number;
        std::memcpy(&number, at_, sizeof number);
        at_ += sizeof number;
        return number;
    }

    const unsigned char *at_, *end_ = nullptr;
    soch::call call_;
    uint64_t watermark_ = 0, several_ = 0;
    size_t taken_ = 0;
};

#endif // SAVED_HPP
