using System.Collections.Immutable;
using Rx.Vm.Text;

namespace Rx.Vm.Images;

/// <summary>The names that images were imported under.</summary>
internal sealed class StoreNames(StoreLayout layout)
{
    private const int Shown = 20;

    /// <summary>All of them, in ordinal order.</summary>
    public ImmutableArray<ImportedImage> All() =>
    [
        .. from file in Directory.EnumerateFiles(layout.Names, "*.json")
           let name = Path.GetFileNameWithoutExtension(file)
           where Identifiers.IsValid(name)
           let record = StoreFile.TryRead(file, StoreJson.Default.NameRecord)
           where record is not null && Digests.IsDigest(record.Digest)
           orderby name
           select new ImportedImage(name, record.Digest, record.SizeBytes, record.Source),
    ];

    /// <summary>Whether one stands for a digest.</summary>
    public bool Has(string digest) => All().Any(image => image.Digest == digest);

    /// <summary>What one stands for.</summary>
    /// <exception cref="ImageException">Nothing has that name; the message lists those that are known.</exception>
    public NameRecord Record(string name)
    {
        var record = StoreFile.TryRead(layout.NamePath(name), StoreJson.Default.NameRecord);
        if (record is null || !Digests.IsDigest(record.Digest))
        {
            // Read anew, so that one which came meanwhile would be among them.
            var known = All().RemoveAll(image => image.Name == name);
            throw new ImageException(ImageError.NotFound, name, $"There is no image '{name}'. " + (known.IsEmpty
                ? "Nothing has been imported yet."
                : $"Imported: {string.Join(", ", known.Take(Shown).Select(i => i.Name))}{(known.Length > Shown ? ", …" : "")}."));
        }

        return record;
    }

    /// <summary>The complaint about what is no name. What is taken for a path is just as little one.</summary>
    public static ImageException NoName(string name) => ImageReference.Parse(name).IsPath
        ? new ImageException(ImageError.InvalidName, name, $"'{name}' is a path, not a name.")
        : new ImageException(ImageError.InvalidName, name, "Not an image name.");
}
