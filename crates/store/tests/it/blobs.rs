//! The same bytes are stored once and come back as they were.

use store::{CHUNK_BYTES, Digest};

use crate::world::on_both;

#[tokio::test]
async fn a_file_of_any_size_comes_back_as_it_was() {
    on_both(async |world| {
        for length in [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 1] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("below 251")).collect();

            let mut write = world.store.begin().await?;
            let digest = write.put_blob(&content).await?;
            write.commit().await?;

            assert!(world.store.blob(&digest).await? == Some(content), "a file of {length} bytes");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_are_stored_once() {
    on_both(async |world| {
        let content = vec![7; CHUNK_BYTES + 1];

        let mut write = world.store.begin().await?;
        let first = write.put_blob(&content).await?;
        write.commit().await?;
        let mut write = world.store.begin().await?;
        let second = write.put_blob(&content).await?;
        write.commit().await?;

        assert_eq!(first, second);
        assert_eq!(first, Digest::of(&content));
        assert_eq!(Digest::parse(&first.to_string()), Some(first));
        assert_eq!(world.store.blob(&Digest::of(b"never stored")).await?, None);
        Ok(())
    })
    .await;
}
