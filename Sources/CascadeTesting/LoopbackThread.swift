import Glibc

/// A thread of its own, which the owner joins once.
struct LoopbackThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    init(_ run: @escaping @Sendable () -> Void) throws(LoopbackProvider.StartError) {
        var handle = pthread_t()
        // The thread takes over the one reference that is made here; if there is no thread it is released below.
        let body = unsafe Unmanaged.passRetained(Body(run))
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            unsafe body.release()
            throw .init(operation: "pthread_create", code: code)
        }
        self.handle = handle
    }

    func join() {
        _ = pthread_join(handle, nil)
    }
}
