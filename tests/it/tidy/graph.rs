//! The graph of uses between files of the library, with `super::` and re-exports followed to the file that defines the
//! item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// A module's path below the crate: `["fs", "unix"]`.
type Module = Vec<String>;

/// The modules of the library.
#[derive(Default)]
pub(super) struct Graph {
    modules: BTreeMap<Module, Contents>,
}

/// The references of one module to others.
#[derive(Default)]
struct Contents {
    file: String,
    /// The imported names, each with its paths as written: more than one if platforms differ.
    imports: BTreeMap<String, Vec<Module>>,
    /// The used paths, as written, without re-exports.
    uses: BTreeSet<Module>,
}

impl Graph {
    /// Reads the library's files, given by their paths below the repository.
    pub(super) fn read<'a>(root: &Path, files: impl IntoIterator<Item = &'a str>) -> Self {
        let mut graph = Self::default();
        for file in files {
            let parsed = syn::parse_file(&fs::read_to_string(root.join(file)).unwrap()).unwrap();
            let mut contents = Contents { file: file.to_owned(), ..Contents::default() };
            contents.visit_file(&parsed);
            let path = file.strip_prefix("src/").unwrap().trim_end_matches(".rs");
            let path = path.trim_end_matches("/mod").split('/').filter(|name| *name != "lib");
            graph.modules.insert(path.map(str::to_owned).collect(), contents);
        }
        graph
    }

    /// The files that each file uses.
    pub(super) fn edges(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let edges = self.modules.iter().map(|(module, contents)| {
            let used = contents.uses.iter().flat_map(|path| self.resolve(module, path, 0));
            (contents.file.as_str(), used.filter(|file| *file != contents.file).collect())
        });
        edges.collect()
    }

    /// The files that define what a path in a module leads to. A path outside the library has no such file.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Vec<&str> {
        assert!(depth < 20, "{path:?} in {module:?} leads around");
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => self.find(&Module::new(), rest, depth),
            "self" => self.find(module, rest, depth),
            "super" => self.find(&module[..module.len() - 1].to_vec(), rest, depth),
            // The path starts with an imported name or a child module.
            name if self.modules[module].imports.contains_key(name) || self.has_child(module, name) => {
                self.find(module, path, depth)
            }
            _ => Vec::new(),
        }
    }

    fn find(&self, module: &Module, path: &[String], depth: usize) -> Vec<&str> {
        let Some((first, rest)) = path.split_first() else {
            return vec![&self.modules[module].file];
        };
        if first == "super" {
            return self.find(&module[..module.len() - 1].to_vec(), rest, depth);
        }
        if self.has_child(module, first) {
            return self.find(&[&module[..], std::slice::from_ref(first)].concat(), rest, depth);
        }
        match self.modules[module].imports.get(first) {
            Some(imported) => {
                imported.iter().flat_map(|path| self.resolve(module, &[&path[..], rest].concat(), depth + 1)).collect()
            }
            None => vec![&self.modules[module].file],
        }
    }

    fn has_child(&self, module: &Module, name: &str) -> bool {
        self.modules.contains_key(&[&module[..], &[name.to_owned()]].concat())
    }

    /// A path from a file back to itself, if there is one.
    pub(super) fn cycle(&self) -> Option<Vec<&str>> {
        let edges = self.edges();
        let mut done = BTreeSet::new();
        edges.keys().find_map(|file| way_back(file, &edges, &mut Vec::new(), &mut done))
    }
}

fn way_back<'a>(
    file: &'a str,
    edges: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(start) = way.iter().position(|before| *before == file) {
        return Some([&way[start..], &[file]].concat());
    }
    if done.contains(file) {
        return None;
    }
    way.push(file);
    let found = edges[file].iter().find_map(|used| way_back(used, edges, way, done));
    way.pop();
    done.insert(file);
    found
}

impl Contents {
    fn import(&mut self, before: &Module, tree: &UseTree, is_export: bool) {
        let with = |name: &syn::Ident| [&before[..], &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.import(&with(&path.ident), &path.tree, is_export),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(before, tree, is_export)),
            UseTree::Glob(_) => self.note(before.clone(), None, is_export),
            UseTree::Name(name) if name.ident == "self" => {
                self.note(before.clone(), before.last().cloned(), is_export);
            }
            UseTree::Name(name) => self.note(with(&name.ident), Some(name.ident.to_string()), is_export),
            UseTree::Rename(rename) => self.note(with(&rename.ident), Some(rename.rename.to_string()), is_export),
        }
    }

    fn note(&mut self, path: Module, name: Option<String>, is_export: bool) {
        // Later paths may start with the imported name, as in `fs::read`.
        if let Some(name) = name {
            self.imports.entry(name).or_default().push(path.clone());
        }
        if !is_export {
            self.uses.insert(path);
        }
    }
}

fn is_left_out(attributes: &[Attribute]) -> bool {
    let text = |attribute: &Attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
        _ => String::new(),
    };
    attributes.iter().map(text).any(|text| text.contains("test") || text.contains("fuzzing"))
}

impl Visit<'_> for Contents {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        if !is_left_out(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.import(&Module::new(), &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    /// The path in `pub(super)` is not a use.
    fn visit_vis_restricted(&mut self, _: &syn::VisRestricted) {}

    fn visit_path(&mut self, path: &syn::Path) {
        self.uses.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        let text = mac.tokens.to_string().replace(" :: ", "::");
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        self.uses
            .extend(words.filter(|word| word.contains("::")).map(|word| word.split("::").map(str::to_owned).collect()));
        visit::visit_macro(self, mac);
    }
}
