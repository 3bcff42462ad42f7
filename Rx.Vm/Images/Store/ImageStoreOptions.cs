using Rx.Qmp.Isolation;

namespace Rx.Vm.Images;

/// <summary>Where images are kept and what may be spent on making one.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>
    /// The store's directory, absolute. Default: <c>$XDG_CACHE_HOME/rxruntime</c>, else <c>~/.cache/rxruntime</c>; empty, which a store
    /// refuses, for a user who has neither variable nor home. Made with mode 0700 when missing; one that others own or may write to is refused.
    /// </summary>
    public string Directory { get; init; } = UserDirectories.Cache() is { } cache ? Path.Combine(cache, "rxruntime") : "";

    /// <summary>
    /// What <see cref="ImageStore.ResolveAsync"/>, and with it a pod spec, may name. Default: imported images only, so that a spec can't read
    /// files of the host. Importing is not concerned.
    /// </summary>
    public ImageSourcePolicy Sources { get; init; } = ImageSourcePolicy.NamesOnly;

    /// <summary>How blocks are stored in images built from now on.</summary>
    public ImageCompression Compression { get; init; } = ImageCompression.None;

    /// <summary>Limit of the unpacked source and of the finished image, in bytes.</summary>
    public long MaxImageBytes { get; init; } = 64L << 30;

    /// <summary>Limit of the number of names in a source.</summary>
    public int MaxFiles { get; init; } = 2_000_000;

    /// <summary>How long one build may take; <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</summary>
    public TimeSpan BuildTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long to wait for another builder of the same image before giving up; <see cref="Timeout.InfiniteTimeSpan"/>: as long as it
    /// takes.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(16);

    /// <summary>The program that makes an image of a tar stream.</summary>
    public string SqfstarPath { get; init; } = "sqfstar";

    /// <summary>Throws for the first limit that can't be meant, naming it.</summary>
    internal void Validate()
    {
        Check(BuildTimeout, nameof(BuildTimeout));
        Check(LockTimeout, nameof(LockTimeout));
        EnumRules.Check($"{nameof(ImageStoreOptions)}.{nameof(Sources)}", Sources);
        EnumRules.Check($"{nameof(ImageStoreOptions)}.{nameof(Compression)}", Compression);
    }

    private static void Check(TimeSpan limit, string name)
    {
        if (!limit.IsLimit())
        {
            throw new RxVmException($"{nameof(ImageStoreOptions)}.{name}: must be more than 0, or infinite");
        }
    }
}
