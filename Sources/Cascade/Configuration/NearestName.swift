/// The name of `known` that a mistyped `name` most likely meant: one within two edits, or one that begins like it.
///
/// Case and `-` for `_` are no difference. Two edits would turn any short word into any other, so that a name of up to
/// four characters is allowed one.
func nearestName(to name: String, in known: some Sequence<String>) -> String? {
    let wanted = folded(name)
    // Nothing that long is a misspelling, and the comparison is quadratic.
    guard (1...64).contains(wanted.count) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
        let other = folded(candidate)
        let distance = editDistance(wanted, other)
        if distance <= (min(wanted.count, other.count) <= 4 ? 1 : 2), distance < best?.distance ?? .max {
            best = (candidate, distance)
        }
    }
    if let best { return best.name }
    guard wanted.count >= 3 else { return nil }
    return known.first { candidate in
        let other = folded(candidate)
        return other.count >= 3 && (other.starts(with: wanted) || wanted.starts(with: other))
    }
}

private func folded(_ name: String) -> [UInt8] {
    name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
