import Testing

/// The rows of the fault matrix that concern a router: each test meets real bytes on real sockets through the public
/// router.
///
/// One after the other, so that each can tell that the process has no more descriptors after it than before.
@Suite("Fault matrix", .serialized) struct FaultMatrix {}
