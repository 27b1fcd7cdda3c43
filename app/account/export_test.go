package account

// What tests look at beside the public surface.
const AuthenticateQuery = authenticateQuery

var Owned = owned
