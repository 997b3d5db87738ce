// Package post prints letters: it makes of a letter's HTML the PDF a mail house
// prints, folds and puts into window envelopes, and of ten thousand of them a
// package with a manifest and checksums.
//
// The way through: [New] makes a [Press] of a [Config]; [Press.Run] takes the
// letters one by one from an iterator and writes files of some hundred letters
// each into a [Store], such as an incident's vault, so that neither the letters
// nor the files are ever in memory together; [Pack] copies the stored files
// into one ZIP, a BagIt bag, sealed for the mail house where it has a key.
// [Press.Proofs] prints one letter of each variant for the people who approve
// them. [ReadReturns] reads what the mail house sends back.
//
// Every letter put in comes out: as a row of the manifest or as an [Excluded]
// with its place and a reason. What stops a whole run is only a source or a
// store that fails, and the [Report] of such a run has no digest.
//
// A PDF from here is not the accessible form of a letter: it has no tags. The
// HTML it was made from is, and is kept by whoever made it. Nothing in a file
// is loaded from anywhere, and nothing in it tells that it was read.
//
// The same letters under the same configuration give the same bytes: the date
// in a file is the job's, never the clock's. Sealing is the exception, as it
// has to be. The names of columns in a manifest are only ever added to.
package post
