import { z } from 'zod';

// A strict content security policy forbids `new Function`; zod would try it once and the browser would report that.
z.config({ jitless: true });
