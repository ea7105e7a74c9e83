//! An uploaded file and its label stay together until somebody says that nobody needs them.

use store::{Digest, StoreError, Upload};

use crate::world::{World, on_both};

impl World {
    async fn uploaded(&self, name: &str, content: &[u8]) -> Result<Upload, StoreError> {
        let mut arriving = self.store.arriving(format!("upload {name}"), self.now()).await?;
        arriving.push(content).await?;
        arriving.end().await?;
        let mut write = self.store.begin().await?;
        let (digest, length) = write.finish_arriving(arriving).await?;
        let upload = Upload {
            digest: digest.to_string(),
            name: name.to_owned(),
            length,
            by: "Анна".to_owned(),
            at: self.now(),
        };
        write.put_upload(&upload).await?;
        write.commit().await?;
        Ok(upload)
    }

    async fn pruned_contents(&self) -> Result<u64, StoreError> {
        let mut write = self.store.begin().await?;
        let pruned = write.prune_blobs(10).await?;
        write.commit().await?;
        Ok(pruned)
    }
}

fn digest_of(upload: &Upload) -> Digest {
    Digest::parse(&upload.digest).expect("64 digits")
}

#[tokio::test]
async fn an_uploaded_file_is_known_by_its_content_and_the_last_label_counts() {
    on_both(async |world| {
        let first = world.uploaded("контрагенты.xml", b"<all/>").await?;
        world.pass(60);
        let other = world.uploaded("_100%.csv", b"name;inn\n").await?;
        world.restart().await;

        assert_eq!(world.store.upload(&digest_of(&first)).await?, Some(first.clone()));
        assert_eq!(world.store.upload(&Digest::of(b"something else")).await?, None);
        let mut all = world.store.uploads().await?;
        all.sort_by_key(|upload| upload.at);
        assert_eq!(all, [first.clone(), other.clone()]);

        let again = world.uploaded("они же.xml", b"<all/>").await?;
        assert_eq!(again.digest, first.digest);
        assert_eq!(world.store.upload(&digest_of(&first)).await?, Some(again));
        assert_eq!(world.store.uploads().await?.len(), 2);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_content_of_an_upload_stays_as_long_as_its_label() {
    on_both(async |world| {
        let upload = world.uploaded("контрагенты.xml", b"<all/>").await?;
        let digest = digest_of(&upload);

        assert_eq!(world.pruned_contents().await?, 0);
        assert_eq!(world.store.blob(&digest).await?.as_deref(), Some(b"<all/>".as_slice()));

        let mut write = world.store.begin().await?;
        write.forget_upload(&upload.digest).await?;
        write.commit().await?;
        assert_eq!(world.store.upload(&digest).await?, None);
        assert_eq!(world.store.uploads().await?, []);
        assert_eq!(world.pruned_contents().await?, 1);
        assert_eq!(world.store.blob(&digest).await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn other_cursors_are_no_uploads() {
    on_both(async |world| {
        world.uploaded("контрагенты.xml", b"<all/>").await?;
        let mut write = world.store.begin().await?;
        write.set_cursor("uploaded", "never").await?;
        write.set_cursor("collect-compared", "2026-11-23T20:48:00Z").await?;
        write.commit().await?;

        assert_eq!(world.store.uploads().await?.len(), 1);
        Ok(())
    })
    .await;
}
