package journal

import "context"

// Receipt names the change-set that was written last within a context, so that
// whoever answers a request can offer to undo it; 0 while nothing was.
type Receipt struct {
	ChangeSet int64
	UserID    int64 // in whose journal it is
}

type receiptKey struct{}

// WithReceipt answers a context in which Write fills in the receipt. It counts
// only once the work has succeeded: a transaction may be rolled back after Write.
func WithReceipt(ctx context.Context) (context.Context, *Receipt) {
	r := &Receipt{}
	return context.WithValue(ctx, receiptKey{}, r), r
}

// ReceiptOf is the receipt of a context; one that nobody reads where it has none.
func ReceiptOf(ctx context.Context) *Receipt {
	if r, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
		return r
	}
	return &Receipt{}
}
