//! Looking at ENV_DIR and planning, before ENV_DIR is locked and after.

use super::{Early, EnvBuilder};
use crate::apply::{self, Target};
use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs;
use crate::inspect;
use crate::pip;
use crate::plan::{Occupant, Occupied, Place, Plan};

impl EnvBuilder {
    /// Plans and checks the environment before ENV_DIR is locked. Another process may be at work there, and then only
    /// the lock tells what it leaves.
    pub(super) fn check_early(&self, env_dir: &EnvDir) -> Result<Early> {
        self.look_and_plan(env_dir).or_else(|refusal| match refusal {
            _ if apply::is_at_work(&env_dir.path) => self.plan_early(env_dir, &Occupant::Vacant),
            Error::Interrupted { .. } => Err(refusal),
            // It may just have ended.
            _ => self.look_and_plan(env_dir),
        })
    }

    /// Looks at ENV_DIR, and plans and checks the environment.
    pub(super) fn look_and_plan(&self, env_dir: &EnvDir) -> Result<Early> {
        self.plan_early(env_dir, &self.look(env_dir)?)
    }

    fn plan_early(&self, env_dir: &EnvDir, occupant: &Occupant) -> Result<Early> {
        let plan = self.plan(env_dir, occupant, &Place::default())?;
        Ok(Early { plan, is_of_vacant: *occupant == Occupant::Vacant })
    }

    fn look(&self, env_dir: &EnvDir) -> Result<Occupant> {
        inspect::look(env_dir, self.facts(), self.config.existing).map_err(|error| match error {
            // A check says better why something in the directory cannot be looked at.
            Error::File { .. } if fs::is_dir(&env_dir.path) => {
                let occupant = Occupant::Occupied(Occupied::default());
                self.plan(env_dir, &occupant, &Place::default()).err().unwrap_or(error)
            }
            error => error,
        })
    }

    pub(super) fn plan(&self, env_dir: &EnvDir, occupant: &Occupant, place: &Place) -> Result<Plan> {
        let plan = place.plan(self.facts(), &self.config, env_dir, occupant);
        inspect::check_length(env_dir, plan.paths())?;
        if *occupant != Occupant::Vacant {
            inspect::check(&plan, self.facts(), self.config.existing, &self.environment)?;
        }
        Ok(plan)
    }

    /// Looks at ENV_DIR once it is locked, more closely if an earlier process was killed there.
    pub(super) fn look_locked(&self, env_dir: &EnvDir, target: &Target) -> Result<Occupant> {
        let mut occupant = if target.is_vacant() { Occupant::Vacant } else { self.look(env_dir)? };
        if let Occupant::Occupied(occupied) = &mut occupant
            && target.was_interrupted()
        {
            let traces = pip::traces(&env_dir.path, self.facts())?;
            (occupied.put_aside, occupied.incomplete_pip) = (traces.put_aside, traces.incomplete);
        }
        Ok(occupant)
    }
}
