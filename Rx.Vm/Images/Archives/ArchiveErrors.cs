namespace Rx.Vm.Images.Archives;

/// <summary>The refusals of a source, each with its name in front and, where there is one, the entry.</summary>
/// <param name="Subject">The source as its user calls it.</param>
internal sealed record ArchiveErrors(string Subject)
{
    /// <summary>It is not of a form that is read, or damaged.</summary>
    public ImageException NotAnArchive(string why, Exception? inner = null) =>
        new(ImageError.NotAnArchive, Subject, $"'{Subject}' is not a tar archive, or a damaged one: {why}.", inner);

    /// <summary>It ends too early.</summary>
    public ImageException Truncated(string where) => NotAnArchive($"it ends in the middle of {where}");

    /// <summary>Where <see cref="Truncated"/> happened, when it was inside an entry.</summary>
    public string WhereIn(TarEntry entry) => $"the entry '{ByteText.Shown(entry.Name)}'";

    /// <summary>An entry that an image cannot have as it is; leaving it out would change the image without a word.</summary>
    public ImageException BadEntry(string name, string why) =>
        new(ImageError.BadEntry, Subject, $"'{Subject}' cannot be made an image: its entry '{ByteText.Shown(name)}' {why}.");

    /// <summary>It holds layers and no root.</summary>
    public ImageException Layers(string what) => new(ImageError.UnsupportedSource, Subject,
        $"'{Subject}' is {what}: it holds layers, which are not read. Give the root file system itself, as 'docker export' of a container makes it.");

    /// <summary>It is not what it was a moment ago.</summary>
    public ImageException Changed() =>
        new(ImageError.SourceChanged, Subject, $"'{Subject}' was changed while its image was being built.");

    /// <summary>It goes over one of the limits.</summary>
    public ImageException TooLarge(string what) => new(ImageError.TooLarge, Subject, $"'{Subject}' {what}.");
}
