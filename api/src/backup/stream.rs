//! A file in sealed pieces, by the STREAM construction (crate `aead-stream`): each piece has its number, the last one says
//! that it is, so that none can be left out, moved or cut off without showing.

use std::io::{self, Read, Write};

use aead_stream::{DecryptorBE32, EncryptorBE32};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::Payload;
use zeroize::Zeroize;

/// Bytes of a piece before sealing; the last one may be shorter, also empty.
const PIECE: usize = 1 << 16;
/// Bytes that sealing adds to each.
const TAG: usize = 16;
/// The key is used for one file only, so the pieces' numbers are all that has to differ.
const NONCE: [u8; 7] = [0; 7];

/// Seals what is written to it. [`SealingWriter::finish`] must be called: without its last piece nothing opens.
pub(super) struct SealingWriter<W> {
    out: W,
    sealing: EncryptorBE32<Aes256Gcm>,
    /// Goes with every piece.
    header: Vec<u8>,
    piece: Vec<u8>,
}

impl<W: Write> SealingWriter<W> {
    pub(super) fn new(out: W, key: Aes256Gcm, header: Vec<u8>) -> Self {
        let sealing = EncryptorBE32::from_aead(key, &NONCE.into());
        Self { out, sealing, header, piece: Vec::with_capacity(PIECE) }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        let last = self.sealing.encrypt_last(Payload { msg: &self.piece, aad: &self.header });
        self.piece.zeroize();
        self.out.write_all(&last.map_err(|_| io::Error::other("the last piece could not be sealed"))?)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits for more: it may be the last.
        if self.piece.len() == PIECE {
            let sealed = self.sealing.encrypt_next(Payload { msg: &self.piece, aad: &self.header });
            self.out.write_all(&sealed.map_err(|_| io::Error::other("the file is too long"))?)?;
            self.piece.zeroize();
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what [`SealingWriter`] wrote. Gives nothing of a piece that is not as it was written.
pub(super) struct OpeningReader<R> {
    from: R,
    /// Gone after the last piece.
    opening: Option<DecryptorBE32<Aes256Gcm>>,
    header: Vec<u8>,
    /// The sealed bytes that were read ahead: only what follows tells whether a piece is the last.
    ahead: Vec<u8>,
    piece: Vec<u8>,
    at: usize,
}

impl<R: Read> OpeningReader<R> {
    pub(super) fn new(from: R, key: Aes256Gcm, header: Vec<u8>) -> Self {
        let opening = Some(DecryptorBE32::from_aead(key, &NONCE.into()));
        Self { from, opening, header, ahead: Vec::new(), piece: Vec::new(), at: 0 }
    }

    /// Opens the next piece; false after the last.
    fn next(&mut self) -> io::Result<bool> {
        let Some(mut opening) = self.opening.take() else { return Ok(false) };
        let wanted = PIECE + TAG + 1 - self.ahead.len();
        self.from.by_ref().take(wanted as u64).read_to_end(&mut self.ahead)?;
        let is_last = self.ahead.len() <= PIECE + TAG;
        let rest = if is_last { Vec::new() } else { self.ahead.split_off(PIECE + TAG) };
        let payload = Payload { msg: &self.ahead, aad: &self.header };
        let opened = if is_last {
            opening.decrypt_last(payload)
        } else {
            let opened = opening.decrypt_next(payload);
            self.opening = Some(opening);
            opened
        };
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "备份不完整，或者被改过");
        self.piece = opened.map_err(|_| broken())?;
        (self.ahead, self.at) = (rest, 0);
        Ok(true)
    }
}

impl<R: Read> Read for OpeningReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            if !self.next()? {
                return Ok(0);
            }
        }
        let taken = into.len().min(self.piece.len() - self.at);
        into[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}
