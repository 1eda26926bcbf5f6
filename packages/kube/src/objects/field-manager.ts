/** Who the platform is to a cluster, which notes who set which field. */
export const fieldManager = 'pilothouse';
