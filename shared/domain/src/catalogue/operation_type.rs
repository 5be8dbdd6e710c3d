//! What was done to a field, in Leaf's words.

use std::str::FromStr;

use crate::invalid::Invalid;

/// Leaf's `operationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationType {
    /// Something was put on the field: a spraying, a side-dressing.
    Applied,
    /// It was planted.
    Planted,
    /// It was harvested.
    Harvested,
    /// Its soil was worked.
    Tillage,
}

impl OperationType {
    /// All.
    pub const ALL: [Self; 4] = [Self::Applied, Self::Planted, Self::Harvested, Self::Tillage];

    /// Leaf's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Planted => "planted",
            Self::Harvested => "harvested",
            Self::Tillage => "tillage",
        }
    }

    /// What a task of Panorama's is, by its name. Its documents list no names, so what is not known
    /// is of no type rather than of a wrong one.
    pub fn of_task(task: &str) -> Option<Self> {
        /// Beginnings of the words that name a type.
        const WORDS: [(&str, OperationType); 13] = [
            ("plant", OperationType::Planted),
            ("seed", OperationType::Planted),
            ("sow", OperationType::Planted),
            ("harvest", OperationType::Harvested),
            ("yield", OperationType::Harvested),
            ("combin", OperationType::Harvested),
            ("till", OperationType::Tillage),
            ("cultivat", OperationType::Tillage),
            ("appl", OperationType::Applied),
            ("spray", OperationType::Applied),
            ("fertili", OperationType::Applied),
            ("liquid", OperationType::Applied),
            ("dress", OperationType::Applied),
        ];
        let task = task.to_lowercase();
        let words = task.split(|letter: char| !letter.is_alphanumeric());
        let named = words.filter_map(|word| {
            let known = WORDS.iter().find(|(beginning, _)| word.starts_with(beginning));
            known.map(|(_, known)| *known)
        });
        let mut named = named.collect::<Vec<_>>();
        named.dedup();
        // "Seed treatment application" could be either.
        <[Self; 1]>::try_from(named).ok().map(|[only]| only)
    }
}

impl FromStr for OperationType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text.trim());
        known.ok_or(Invalid::malformed("must be applied, planted, harvested or tillage"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_of_the_type_that_it_names_or_of_none() {
        for (task, expected) in [
            ("Planting", Some(OperationType::Planted)),
            ("HARVEST", Some(OperationType::Harvested)),
            ("Side-dress application", Some(OperationType::Applied)),
            ("Spraying", Some(OperationType::Applied)),
            ("Strip till", Some(OperationType::Tillage)),
            ("Seed application", None),
            ("Scouting", None),
            ("", None),
        ] {
            assert_eq!(OperationType::of_task(task), expected, "{task}");
        }
    }
}
