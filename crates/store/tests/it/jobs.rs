//! A job goes on where its last step was committed, ends when somebody wants it, and is forgotten long afterwards.

use domain::{JobId, Timestamp};
use store::{Job, JobState, StoreError};

use crate::world::{World, on_both};

impl World {
    fn job(&self, kind: &str) -> Job {
        self.pass(1);
        Job {
            id: self.ids.job(),
            kind: kind.to_owned(),
            task: r#"{"retry":{"reason":"refused"}}"#.to_owned(),
            state: JobState::Open,
            by: "Анна".to_owned(),
            asked_at: self.now(),
            began_at: None,
            ended_at: None,
            phase: String::new(),
            done: 0,
            total: None,
            place: None,
            found: "null".to_owned(),
            is_cancelled: false,
            trouble: None,
        }
    }

    async fn asked(&self, kind: &str) -> Result<Job, StoreError> {
        let job = self.job(kind);
        self.put(&job).await?;
        Ok(job)
    }

    async fn put(&self, job: &Job) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.put_job(job).await?;
        write.commit().await
    }

    async fn cancelled(&self, id: JobId) -> Result<bool, StoreError> {
        let mut write = self.store.begin().await?;
        let cancelled = write.cancel_job(id).await?;
        write.commit().await?;
        Ok(cancelled)
    }

    async fn pruned(&self, before: Timestamp, limit: usize) -> Result<u64, StoreError> {
        let mut write = self.store.begin().await?;
        let pruned = write.prune_jobs(before, limit).await?;
        write.commit().await?;
        Ok(pruned)
    }
}

#[tokio::test]
async fn a_job_comes_back_as_far_as_it_had_come() {
    on_both(async |world| {
        let asked = world.asked("retry").await?;
        let far = Job {
            began_at: Some(world.later(1)),
            phase: "повторяются «в портале отказано»".to_owned(),
            done: 50,
            total: Some(70),
            place: Some("1764.01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned()),
            found: r#"{"under_way":50}"#.to_owned(),
            trouble: Some("портал не отвечает".to_owned()),
            ..asked.clone()
        };
        let mut write = world.store.begin().await?;
        assert_eq!(write.hold_job(asked.id).await?, Some(asked.clone()));
        write.put_job(&far).await?;
        write.commit().await?;
        world.restart().await;

        assert_eq!(world.store.job(asked.id).await?, Some(far.clone()));
        assert_eq!(world.store.open_jobs().await?, std::slice::from_ref(&far));
        // A step whose process was killed leaves nothing behind.
        let mut write = world.store.begin().await?;
        write
            .put_job(&Job { done: 70, state: JobState::Done, ended_at: Some(world.now()), ..far.clone() })
            .await?;
        drop(write);
        assert_eq!(world.store.job(asked.id).await?, Some(far.clone()));
        for (state, trouble) in
            [(JobState::Done, None), (JobState::Failed, Some("файл изменился".to_owned()))]
        {
            let ended = Job { state, trouble, ended_at: Some(world.now()), ..far.clone() };
            world.put(&ended).await?;
            assert_eq!(world.store.job(asked.id).await?, Some(ended));
            assert_eq!(world.store.open_jobs().await?, []);
        }
        assert_eq!(world.store.job(world.ids.job()).await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_that_take_the_same_step_take_it_one_after_the_other() {
    on_both(async |world| {
        let job = world.asked("retry").await?;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (store, id) = (world.store.clone(), job.id);
            tasks.spawn(async move {
                let mut write = store.begin().await?;
                let mut held = write.hold_job(id).await?.expect("it is there");
                held.done += 1;
                write.put_job(&held).await?;
                write.commit().await
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.expect("nobody panics")?;
        }
        assert_eq!(world.store.job(job.id).await?.map(|job| job.done), Some(8));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_wish_to_end_outlives_the_step_that_is_under_way_and_comes_too_late_for_what_has_ended() {
    on_both(async |world| {
        let job = world.asked("retry").await?;
        assert!(world.cancelled(job.id).await?);
        assert!(world.cancelled(job.id).await?, "wishing twice is the same wish");
        // The step had read the job before the wish came.
        world.put(&Job { done: 50, ..job.clone() }).await?;

        let known = world.store.job(job.id).await?.expect("it is there");
        assert!(known.is_cancelled && known.done == 50 && known.state == JobState::Open, "{known:?}");
        world.put(&Job { state: JobState::Cancelled, ended_at: Some(world.now()), ..known }).await?;
        assert!(!world.cancelled(job.id).await?);
        assert!(!world.cancelled(world.ids.job()).await?, "there is no such job");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn jobs_are_listed_by_kind_from_the_newest_and_open_ones_from_the_oldest() {
    on_both(async |world| {
        let retry = world.asked("retry").await?;
        let plan = world.asked("plan").await?;
        let again = world.asked("retry").await?;

        let store = &world.store;
        assert_eq!(store.jobs(None, None, 10).await?, [again.clone(), plan.clone(), retry.clone()]);
        assert_eq!(store.jobs(None, Some(again.id), 1).await?, std::slice::from_ref(&plan));
        assert_eq!(store.jobs(Some("retry"), None, 10).await?, [again.clone(), retry.clone()]);
        assert_eq!(store.jobs(Some("retry"), Some(again.id), 10).await?, std::slice::from_ref(&retry));
        assert_eq!(store.jobs(Some("heal"), None, 10).await?, []);
        assert_eq!(store.open_jobs().await?, [retry, plan, again]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn jobs_that_ended_long_ago_are_forgotten_and_open_ones_never() {
    on_both(async |world| {
        let open = world.asked("plan").await?;
        for _ in 0..3 {
            let job = world.asked("retry").await?;
            world.put(&Job { state: JobState::Cancelled, ended_at: Some(world.now()), ..job }).await?;
        }
        world.pass(3600);
        let young = world.asked("retry").await?;
        let young = Job { state: JobState::Done, ended_at: Some(world.now()), ..young };
        world.put(&young).await?;

        let before = young.asked_at;
        let pruned =
            [world.pruned(before, 2).await?, world.pruned(before, 2).await?, world.pruned(before, 2).await?];
        assert_eq!(pruned, [2, 1, 0]);
        assert_eq!(world.store.jobs(None, None, 10).await?, [young, open]);
        Ok(())
    })
    .await;
}
