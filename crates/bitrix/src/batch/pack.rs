//! Chains into as few batches as possible.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{BATCH_COMMANDS_MAX, Chain};

/// Encoded commands of one batch, in bytes. Plain nginx takes bodies of 1 MiB, PHP of 8 MB; half of the
/// smaller one leaves room for the JSON around. A single chain may be longer and then travels alone.
pub const BATCH_BYTES_MAX: usize = 512 * 1024;

/// How many unfilled batches are kept open while packing: the search stays linear in the number of chains.
const OPEN_BATCHES_MAX: usize = 16;

/// Chains that travel together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pieces: Vec<Piece>,
    wires: Vec<Wire>,
    bytes: usize,
}

/// A chain and where it stood among those given to [`pack`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its place among the packed chains; outcomes are asked for by it.
    pub index: usize,
    /// The commands.
    pub chain: Chain,
}

/// A command as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) key: String,
    pub(crate) method: String,
    pub(crate) line: String,
}

/// Packs chains first-fit by the number of commands and the size of the body. No chain is split, the order
/// within a chain is kept, each chain is in exactly one batch.
pub fn pack(chains: impl IntoIterator<Item = Chain>) -> Vec<Batch> {
    let mut full = Vec::new();
    let mut open: Vec<Batch> = Vec::new();
    for (index, chain) in chains.into_iter().enumerate() {
        let wires = wires(index, &chain);
        let bytes = wires.iter().map(Wire::bytes).sum();
        let place = open.iter().position(|batch| batch.has_room(wires.len(), bytes));
        let place = place.unwrap_or_else(|| {
            if open.len() == OPEN_BATCHES_MAX {
                full.push(open.remove(0));
            }
            open.push(Batch { pieces: Vec::new(), wires: Vec::new(), bytes: 0 });
            open.len() - 1
        });
        let batch = &mut open[place];
        batch.pieces.push(Piece { index, chain });
        batch.wires.extend(wires);
        batch.bytes += bytes;
        if batch.wires.len() == BATCH_COMMANDS_MAX {
            full.push(open.remove(place));
        }
    }
    full.extend(open);
    full
}

impl Batch {
    /// A batch of one chain.
    pub fn of(chain: Chain) -> Self {
        pack([chain]).pop().expect("one chain makes one batch")
    }

    /// The chains with their places.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many commands it has: at most [`BATCH_COMMANDS_MAX`].
    pub fn len(&self) -> usize {
        self.wires.len()
    }

    /// Never true for a batch made by [`pack`].
    pub fn is_empty(&self) -> bool {
        self.wires.is_empty()
    }

    pub(crate) fn wires(&self) -> &[Wire] {
        &self.wires
    }

    fn has_room(&self, commands: usize, bytes: usize) -> bool {
        self.wires.len() + commands <= BATCH_COMMANDS_MAX && self.bytes + bytes <= BATCH_BYTES_MAX
    }
}

/// The body: `halt` 0, because a failed chain must not stop its neighbours; the commands in their order.
impl Serialize for Batch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Commands<'a>(&'a [Wire]);
        impl Serialize for Commands<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|wire| (&wire.key, &wire.line)))
            }
        }
        let mut body = serializer.serialize_map(Some(2))?;
        body.serialize_entry("halt", &0)?;
        body.serialize_entry("cmd", &Commands(&self.wires))?;
        body.end()
    }
}

/// The name of a command in the whole batch. It begins with a letter: PHP turns keys 0, 1, 2… into a list.
pub(super) fn wire_key(index: usize, key: &str) -> String {
    format!("n{index}_{key}")
}

fn wires(index: usize, chain: &Chain) -> Vec<Wire> {
    let commands = chain.commands().iter();
    let written = commands.map(|command| {
        let query = command.args.to_query_with(&|key| wire_key(index, key));
        let line =
            if query.is_empty() { command.method.clone() } else { format!("{}?{query}", command.method) };
        Wire { key: wire_key(index, &command.key), method: command.method.clone(), line }
    });
    written.collect()
}

impl Wire {
    /// Key, line, four quotes, a colon and a comma.
    fn bytes(&self) -> usize {
        self.key.len() + self.line.len() + 6
    }
}
