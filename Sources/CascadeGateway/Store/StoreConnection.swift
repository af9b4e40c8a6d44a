internal import CSQLite

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// SQLite's connection to a store's file. One thread at a time.
@safe final class StoreConnection {
    let path: String
    private let raw: OpaquePointer
    private let file: FileIdentity
    private var statements: [String: StoreStatement] = [:]

    /// How long another process's transaction is waited for.
    private static let patience: Int32 = 5_000

    /// - Parameter makesFile: Whether a file that is not there is made, readable by its owner alone.
    init(path: String, makesFile: Bool) throws(GatewayStoreError) {
        self.path = path
        file = try Self.prepareFile(path, makesFile: makesFile)
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let raw = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw GatewayStoreError("the store \(path) cannot be opened: \(Self.reason(code))")
        }
        unsafe self.raw = raw
        unsafe sqlite3_busy_timeout(raw, Self.patience)
    }

    deinit {
        for statement in statements.values { statement.finalize() }
        unsafe sqlite3_close_v2(raw)
    }

    /// A key could be forged by whoever writes to the file: it is its owner's alone. SQLite gives the files that it puts
    /// beside it the same mode.
    ///
    /// A file that is there is not opened here: to close it would end the locks that SQLite holds on it for another
    /// connection of this process.
    private static func prepareFile(_ path: String, makesFile: Bool) throws(GatewayStoreError) -> FileIdentity {
        var status = stat()
        if unsafe stat(path, &status) != 0 {
            guard errno == ENOENT else { throw cannotOpen(path, errno) }
            guard makesFile else {
                throw GatewayStoreError("there is no store at \(path); `cascade keys add` makes one")
            }
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw cannotOpen(path, errno) }
            close(descriptor)
            guard unsafe stat(path, &status) == 0 else { throw cannotOpen(path, errno) }
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw GatewayStoreError("the store \(path) is not a regular file")
        }
        guard unsafe status.st_mode & 0o077 == 0 || chmod(path, 0o600) == 0 else {
            throw GatewayStoreError(
                "the store \(path) is open to others, and is not this user's to close: chmod 600 it")
        }
        return FileIdentity(status)
    }

    private static func cannotOpen(_ path: String, _ code: Int32) -> GatewayStoreError {
        GatewayStoreError("the store \(path) cannot be opened: \(unsafe String(cString: strerror(code)))")
    }

    /// Tells one file from another that came to have its name.
    private struct FileIdentity: Equatable {
        private let device: dev_t
        private let inode: ino_t

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
        }
    }

    /// Throws where the path leads to another file by now, or to none: what is written would be for nobody, and what is read
    /// is no longer so. What is there now cannot be opened in its place, because the files beside it may be this one's.
    func checkFile() throws(GatewayStoreError) {
        var status = stat()
        if unsafe stat(path, &status) == 0, FileIdentity(status) == file { return }
        throw GatewayStoreError(
            "the store \(path) was removed or replaced while it is in use; begin anew, with what is there now")
    }

    // MARK: - Statements

    /// Runs one statement to its end.
    func run(_ sql: String, _ values: [StoreValue] = []) throws(GatewayStoreError) {
        _ = try rows(sql, values) { _ in }
    }

    /// Every row of a statement's result, as `read` makes it.
    func rows<Row>(
        _ sql: String, _ values: [StoreValue] = [], _ read: (StoreStatement) -> Row
    ) throws(GatewayStoreError) -> [Row] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        statement.bind(values)
        var rows: [Row] = []
        while true {
            switch statement.step() {
            case SQLITE_ROW: rows.append(read(statement))
            case SQLITE_DONE: return rows
            case let code: throw failure(code)
            }
        }
    }

    /// Statements that give no rows.
    func script(_ sql: String) throws(GatewayStoreError) {
        let code = unsafe sqlite3_exec(raw, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// All of it, or nothing.
    func transaction<Value>(_ body: () throws(GatewayStoreError) -> Value) throws(GatewayStoreError) -> Value {
        try script("BEGIN IMMEDIATE")
        do throws(GatewayStoreError) {
            let value = try body()
            try script("COMMIT")
            return value
        } catch {
            // It may have been rolled back already; then there is nothing to end.
            try? script("ROLLBACK")
            throw error
        }
    }

    /// Rows that the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(raw)) }

    private func prepared(_ sql: String) throws(GatewayStoreError) -> StoreStatement {
        if let statement = statements[sql] { return statement }
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(raw, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw failure(code) }
        let statement = unsafe StoreStatement(prepared)
        statements[sql] = statement
        return statement
    }

    private func failure(_ code: Int32) -> GatewayStoreError {
        var reason = Self.reason(code)
        // What stands in the way, where the code alone does not say it.
        if code & 0xFF == SQLITE_ERROR || code & 0xFF == SQLITE_CONSTRAINT {
            reason = unsafe String(cString: sqlite3_errmsg(raw))
        }
        return GatewayStoreError("the store \(path) cannot be used: \(reason)")
    }

    private static func reason(_ code: Int32) -> String {
        switch code & 0xFF {
        case SQLITE_NOTADB: "it is another kind of file"
        case SQLITE_BUSY, SQLITE_LOCKED: "another process has been writing to it for too long"
        case SQLITE_FULL: "no space is left on the disk"
        case SQLITE_READONLY: "it, or its folder, cannot be written to"
        case SQLITE_CORRUPT: "it is damaged; put a copy in its place, or move it away to begin anew"
        default: unsafe String(cString: sqlite3_errstr(code))
        }
    }
}
