//! A whole domain description of one to three contexts.

use super::cover::Cover;
use super::world::Gen;

/// The files by path, and what they hold.
pub fn domain(seed: u64) -> (Vec<(String, String)>, Cover) {
    let mut g = Gen::new(seed);
    let contexts = 1 + g.chance.below(3);
    let mut files = vec![];
    let mut head = format!("[project]\nname = \"random{seed}\"\n");
    if contexts == 1 && g.chance.one_in(2) {
        g.hit("construct shorthand");
        head.push_str("context = \"ctx0\"\n");
        g.body();
        head.push_str(&std::mem::take(&mut g.out));
    } else {
        for ctx in 0..contexts {
            g.ctx = ctx;
            g.hit("construct context");
            let zone = g.chance.pick(&["UTC", "Europe/Zurich", "America/New_York"]);
            g.line(&format!("[context]\ndoc = \"Number {ctx}.\"\ntime_zone = \"{zone}\""));
            g.body();
            files.push((format!("domain/{}.toml", Gen::context(ctx)), std::mem::take(&mut g.out)));
        }
    }
    files.push(("minos.toml".into(), head));
    (files, g.cover)
}

impl Gen {
    fn body(&mut self) {
        self.types();
        if self.ctx > 0 {
            self.replica();
        }
        for n in 0..1 + self.chance.below(2) {
            self.aggregate(self.ctx * 10 + n);
        }
        self.views();
        self.policies();
        for scenario in std::mem::take(&mut self.scenarios) {
            self.line(&scenario);
        }
    }
}
