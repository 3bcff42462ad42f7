using System.Collections.Immutable;
using Rx.Vm.Pods;
using Rx.Vm.Text;

namespace Rx.Vm.Images;

/// <summary>Judges what the containers of a pod call their images, before any of them is looked up.</summary>
internal static class PodImages
{
    /// <summary>The references, in order of the containers.</summary>
    /// <exception cref="PodSpecException">One is no reference, or a path where the host takes names only; field and container are named.</exception>
    public static ImmutableArray<ImageReference> Check(PodSpec spec, ImageSourcePolicy policy) =>
        [.. spec.Containers.Select((container, i) => Check(container, i, policy))];

    private static ImageReference Check(ContainerSpec container, int index, ImageSourcePolicy policy)
    {
        var field = $"containers[{index}].image";
        ImageReference reference;
        try
        {
            reference = ImageReference.Parse(container.Image);
        }
        catch (ImageException e)
        {
            throw new PodSpecException(field, $"{e.Message} (container {container.NameAt(index)})");
        }

        return reference.IsAllowed(policy)
            ? reference
            : throw new PodSpecException(field, $"{CleanText.Quote(container.Image)} {ImageReference.PathRefused} (container {container.NameAt(index)})");
    }
}
