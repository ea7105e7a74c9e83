//! Everything durable: journal, links, outbox, cursors, blobs. SQL lives here and nowhere else.
