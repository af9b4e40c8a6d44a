// A service that imports Cascade speaks of requests, capabilities and failure classes without naming the modules that
// define them.
@_exported public import CascadeFormats
@_exported public import CascadePolicy
