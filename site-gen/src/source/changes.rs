//! Taking in what has changed on disk since it was read.

use anyhow::Context as _;

use super::folder::{self, Found};
use super::{Changes, FileId, Kind, SourceMap, SourceText};

impl SourceMap {
    /// Takes in what has changed on disk. `paths`: where to look, from the content root; everywhere where it is `None`.
    /// `but`: the folder that is somebody else's now.
    ///
    /// # Errors
    ///
    /// Fails when the folder can't be read, or when so many files came between two others that ids ran out: read
    /// everything anew then.
    pub fn refresh(&mut self, paths: Option<&[String]>, but: Option<String>) -> anyhow::Result<Changes> {
        let root = self.root.clone().context("these files are on no disk")?;
        let moved = std::mem::replace(&mut self.but, but) != self.but;
        let here = match paths.filter(|_| !moved) {
            Some(paths) => folder::look_at(&root, paths, |path| self.is_folder(path))?,
            None => None,
        };
        let Some(mut here) = here else { return self.compare(self.found(&root)?, None) };
        here.retain(|found| !self.is_others(&found.path));
        let asked: Vec<String> = paths.into_iter().flatten().cloned().collect();
        self.compare(here, Some(&asked))
    }

    /// `asked`: the only paths that `found` tells of.
    fn compare(&mut self, found: Vec<Found>, asked: Option<&[String]>) -> anyhow::Result<Changes> {
        let mut changes = Changes::default();
        let is_gone = |text: &SourceText| {
            asked.is_none_or(|asked| asked.contains(&text.path))
                && found.binary_search_by(|file| file.path.cmp(&text.path)).is_err()
        };
        let gone: Vec<(FileId, String)> = match asked {
            Some(asked) => {
                let known = asked.iter().filter_map(|path| self.texts.get(self.place_of(path).ok()?));
                known.filter(|text| is_gone(text)).map(|text| (text.id, text.path.clone())).collect()
            }
            None => self
                .texts
                .iter()
                .filter(|text| is_gone(text))
                .map(|text| (text.id, text.path.clone()))
                .collect(),
        };
        for (id, path) in gone {
            if let Ok(place) = self.place_of(&path) {
                self.texts.remove(place);
            }
            self.blobs.retain(|blob| blob.file != id);
            self.left_out.remove(&id);
            changes.gone.push((id, path));
            changes.set = true;
        }
        for file in found {
            match self.place_of(&file.path) {
                // Where somebody says that a file was written it is read: two writes may fall into one tick of the clock.
                Ok(place) if asked.is_none() && self.texts[place].signature == file.signature => {}
                Ok(place) => {
                    let id = self.texts[place].id;
                    let is_picture = self.texts[place].kind == Kind::Picture;
                    changes.set |= is_picture;
                    self.blobs.retain(|blob| blob.file != id);
                    self.texts.remove(place);
                    self.insert(place, id, file);
                    let kind = if is_picture { &mut changes.pictures } else { &mut changes.written };
                    kind.push(id);
                }
                Err(place) => {
                    let next = self.texts.get(place).map(|text| text.id);
                    let id = self.id_between(place, next).context("no room for another file's id")?;
                    self.insert(place, id, file);
                    let is_picture = self.texts[place].kind == Kind::Picture;
                    let kind = if is_picture { &mut changes.pictures } else { &mut changes.written };
                    kind.push(id);
                    changes.set = true;
                }
            }
        }
        Ok(changes)
    }

    /// Whether a file is known that lies in the folder `path`.
    fn is_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let next = self.place_of(&inside).unwrap_or_else(|place| place);
        self.texts.get(next).is_some_and(|text| text.path.starts_with(&inside))
    }
}
