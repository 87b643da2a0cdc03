declare const kind: unique symbol;

/** An object of pvxs, held for JavaScript and freed with it. A handle of another kind is refused with PVA_TYPE. */
interface Handle<Kind extends string> {
  readonly [kind]: Kind;
}

/** pvxs::Value: typed data with marks at what has changed. */
export type ValueHandle = Handle<'Value'>;
/** pvxs::shared_array<const std::string>: a string[] that is changed little at a time. */
export type StringArrayHandle = Handle<'StringArray'>;
/** pvxs::server::ExecOp: a client's put or RPC, to be answered exactly once. */
export type ExecOpHandle = Handle<'ExecOp'>;
/** pvxs::server::SharedPV: one value for many clients. */
export type SharedPvHandle = Handle<'SharedPV'>;
/** pvxs::server::Server. */
export type ServerHandle = Handle<'Server'>;
/** pvxs::client::Context. */
export type ContextHandle = Handle<'Context'>;
/** pvxs::client::Operation: a client's get, put, RPC or discovery under way; dropping it cancels it. */
export type OperationHandle = Handle<'Operation'>;
/** pvxs::client::Subscription: a client's monitor; dropping it cancels it. */
export type SubscriptionHandle = Handle<'Subscription'>;
