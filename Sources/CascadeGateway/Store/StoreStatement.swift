internal import CSQLite

/// What a column holds.
enum StoreValue {
    case null
    case integer(Int)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension StoreValue {
    init(_ value: Int?) {
        self = value.map { .integer($0) } ?? .null
    }

    init(_ value: Double?) {
        self = value.map { .real($0) } ?? .null
    }
}

/// A prepared statement, and the row that it stands at. Its connection finalizes it.
@safe final class StoreStatement {
    private let raw: OpaquePointer

    @unsafe init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    func finalize() {
        unsafe sqlite3_finalize(raw)
    }

    func reset() {
        unsafe sqlite3_reset(raw)
        unsafe sqlite3_clear_bindings(raw)
    }

    func step() -> Int32 {
        unsafe sqlite3_step(raw)
    }

    /// The statement's `?1`, `?2` and so on.
    func bind(_ values: [StoreValue]) {
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            switch value {
            case .null: unsafe sqlite3_bind_null(raw, place)
            case .integer(let value): unsafe sqlite3_bind_int64(raw, place, Int64(value))
            case .real(let value): unsafe sqlite3_bind_double(raw, place, value)
            case .text(var value):
                value.withUTF8 { text in
                    unsafe text.withMemoryRebound(to: CChar.self) { text in
                        guard let start = text.baseAddress else {
                            _ = unsafe casc_sqlite_bind_text(raw, place, "", 0)
                            return
                        }
                        _ = unsafe casc_sqlite_bind_text(raw, place, start, Int32(text.count))
                    }
                }
            case .blob(let value):
                unsafe value.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress else {
                        _ = unsafe sqlite3_bind_zeroblob(raw, place, 0)
                        return
                    }
                    _ = unsafe casc_sqlite_bind_blob(raw, place, start, Int32(bytes.count))
                }
            }
        }
    }

    // MARK: - The row's columns, from 0

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(raw, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int {
        Int(unsafe sqlite3_column_int64(raw, column))
    }

    func optionalInteger(_ column: Int32) -> Int? {
        isNull(column) ? nil : integer(column)
    }

    func real(_ column: Int32) -> Double {
        unsafe sqlite3_column_double(raw, column)
    }

    func optionalReal(_ column: Int32) -> Double? {
        isNull(column) ? nil : real(column)
    }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// The bytes of a text or a blob. SQLite's own are valid until the next step; these are a copy.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(raw, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(raw, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
