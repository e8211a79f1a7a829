//! Vectors in clusters, as those of texts and images are, from a seed.

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Xorshift64*.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number between -1 and 1.
    fn float(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// `count` vectors of these elements.
pub(crate) fn vectors(element: &str, dimensions: usize, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut centers = Random::new(7);
    let centers: Vec<Vec<f32>> = (0..100).map(|_| (0..dimensions).map(|_| centers.float()).collect()).collect();
    let mut random = Random::new(seed);
    let vector = |_| {
        let center = &centers[(random.next() % 100) as usize];
        center.iter().flat_map(|at| bytes(element, 0.6 * at + 0.4 * random.float())).collect()
    };
    (0..count).map(vector).collect()
}

fn bytes(element: &str, number: f32) -> Vec<u8> {
    match element {
        "f32" => number.to_ne_bytes().to_vec(),
        "f16" => half(number).to_ne_bytes().to_vec(),
        _ => ((number * 127.0) as i8).to_ne_bytes().to_vec(),
    }
}

/// 16 bits by IEEE 754, cut off; 0 if the number is too small for that.
fn half(number: f32) -> u16 {
    let bits = number.to_bits();
    let (sign, exponent) = ((bits >> 16) as u16 & 0x8000, (bits >> 23 & 0xFF) as i32 - 112);
    match exponent {
        1..=30 => sign | (exponent as u16) << 10 | (bits >> 13 & 0x3FF) as u16,
        _ => sign,
    }
}
