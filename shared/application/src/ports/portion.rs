//! Part of a list.

/// One page of a list, and how many entries the whole list has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion<T> {
    /// The page's entries.
    pub entries: Vec<T>,
    /// How many there are on all pages; `None` when whoever keeps the list does not tell.
    pub total: Option<u64>,
}

impl<T> Portion<T> {
    /// A page, counted from 0, of a list that is there as a whole.
    pub fn of_whole(list: Vec<T>, page: u32, size: u32) -> Self {
        let total = Some(list.len() as u64);
        let before = usize::try_from(u64::from(page) * u64::from(size)).unwrap_or(usize::MAX);
        Self { entries: list.into_iter().skip(before).take(size as usize).collect(), total }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Portion<U> {
        Portion { entries: self.entries.into_iter().map(change).collect(), total: self.total }
    }
}

impl<T, E> Portion<Result<T, E>> {
    /// The same page, if every entry of it is good.
    ///
    /// # Errors
    /// The first entry's that is not.
    pub fn all_or_error(self) -> Result<Portion<T>, E> {
        Ok(Portion {
            entries: self.entries.into_iter().collect::<Result<_, _>>()?,
            total: self.total,
        })
    }
}
